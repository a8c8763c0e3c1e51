using Stillpoint.Contracts;
using Stillpoint.Control;
using Stillpoint.Control.Access;
using Stillpoint.Model;
using Stillpoint.Server.Access;
using Stillpoint.Server.Http;

namespace Stillpoint.Server.Hosts;

internal static class HostEndpoints
{
    public static void Map(RouteGroupBuilder api) =>
        api.MapGet("/hosts", ListAsync).WithName("listHosts").WithSummary("The service's host first, and whether it answers now").Needs(Role.Reader);

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
        var known = control.Places.Hosts;
        var own = new HostView(
            hosts.Uri.Text, known.FirstOrDefault(h => h.Uri == hosts.Uri.Text)?.LastUsed ?? clock.GetUtcNow(), failure is null, words.Maybe(failure, context));
        return [own, .. known.Where(h => h.Uri != hosts.Uri.Text).Select(h => new HostView(h.Uri, h.LastUsed, false, null))];
    }
}
