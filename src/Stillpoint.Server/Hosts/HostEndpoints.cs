using Microsoft.AspNetCore.Http.HttpResults;
using Stillpoint.Contracts;
using Stillpoint.Control;
using Stillpoint.Control.Access;
using Stillpoint.Hypervisor;
using Stillpoint.Model;
using Stillpoint.Server.Access;
using Stillpoint.Server.Http;
using Stillpoint.Server.Protection;

namespace Stillpoint.Server.Hosts;

internal static class HostEndpoints
{
    public static void Map(RouteGroupBuilder api)
    {
        api.MapGet("/hosts", ListAsync).WithName("listHosts").WithSummary("The service's host first, and whether it answers now").Needs(Role.Reader);
        api.MapPost("/hosts", AddAsync).WithName("addHost").WithSummary("Register a host that answers: rules look at its VMs, and they can be protected")
            .Needs(Role.Admin, wholeOnly: true);
        api.MapDelete("/hosts", Remove).WithName("removeHost").WithSummary("Refused while VMs of it are protected; confirm is its uri").Needs(Role.Admin, wholeOnly: true);
    }

    private static async Task<IReadOnlyList<HostView>> ListAsync(
        HostConnection hosts, StillpointControl control, Words words, TimeProvider clock, HttpContext context, CancellationToken ct)
    {
        Failure? failure = null;
        try
        {
            await using var host = await hosts.ConnectAsync(ct);
            control.Places.HostUsed(hosts.Uri.Text);
        }
        catch (FailureException e)
        {
            failure = e.Failure;
        }
        var (known, caller) = (control.Places.Hosts, context.Caller());
        var met = known.FirstOrDefault(h => h.Uri == hosts.Uri.Text);
        var own = new HostView(
            hosts.Uri.Text, met?.LastUsed ?? clock.GetUtcNow(), failure is null, words.Maybe(failure, context), met?.Registered ?? false, met is not null);
        // Of the others a caller who may see some VMs knows those that have one of them.
        var seen = caller.SeesAll ? null : control.Seen(caller).Select(v => v.Host).ToHashSet(StringComparer.Ordinal);
        return [own, .. known.Where(h => h.Uri != hosts.Uri.Text && seen?.Contains(h.Uri) != false).Select(h => new HostView(h.Uri, h.LastUsed, false, null, h.Registered, true))];
    }

    private static async Task<Created<HostAdded>> AddAsync(
        NewHost request, HostConnection hosts, StillpointControl control, HttpContext context, CancellationToken ct)
    {
        var asked = HostUri.Parse(request.Uri);
        // A socket of somebody's own would tell of disks that are any file, and the service reads what it is told of as root.
        if (!context.Caller().IsLocal && asked.Text.Contains('?', StringComparison.Ordinal))
            throw Requests.Invalid("uri", "no options, as qemu:///system; a host with options is added over the service's socket only");
        AuditTrail.TellTarget(context, asked.Text);
        await using var host = await hosts.ConnectAsync(asked, ct);
        control.Places.Register(host.Uri.Text);
        var found = await control.DiscoverAsync(host, ct);
        return TypedResults.Created("/api/v1/hosts", new HostAdded(host.Uri.Text, found.Vms, found.Protected));
    }

    private static NoContent Remove(string uri, string? confirm, StillpointControl control)
    {
        Requests.Confirm(confirm, uri);
        control.Places.RemoveHost(uri);
        return TypedResults.NoContent();
    }
}
