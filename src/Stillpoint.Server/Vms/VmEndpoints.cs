using Stillpoint.Contracts;
using Stillpoint.Control;
using Stillpoint.Control.Access;
using Stillpoint.Hypervisor;
using Stillpoint.Model;
using Stillpoint.Server.Access;
using Stillpoint.Server.Hosts;
using Stillpoint.Server.Http;
using Stillpoint.Server.Jobs;

namespace Stillpoint.Server.Vms;

/// <summary>VMs as libvirt tells of them at that moment.</summary>
internal static class VmEndpoints
{
    public static void Map(RouteGroupBuilder api)
    {
        api.MapGet("/vms", ListAsync).WithName("listVms").WithSummary("The host's VMs by name, then protected ones that are gone").Needs(Role.Reader);
        api.MapGet("/vms/{vm}", ShowAsync).WithName("showVm").WithSummary("Disks: what will be in a backup, what not and why").Needs(Role.Reader);
        api.MapPost("/vms/{vm}/check", CheckAsync).WithName("checkVm").WithSummary("What a backup would be worth now; freezes nothing")
            .WithMetadata(new LooksOnly()).Needs(Role.Operator);
        api.MapPost("/vms/{vm}/release", ReleaseAsync).WithName("releaseVm").WithSummary("Take our checkpoints off; confirm is the VM's name").Needs(Role.Operator);
    }

    /// <summary>By name or UUID; one that the caller may not see is not there.</summary>
    public static async Task<IDomain> FindAsync(IHypervisorHost host, string vm, Caller caller, CancellationToken ct)
    {
        var domain = await FindAnyAsync(host, Requests.Text("vm", vm), ct);
        caller.MustSee(domain.Name, vm);
        return domain;
    }

    private static async Task<IDomain> FindAnyAsync(IHypervisorHost host, string vm, CancellationToken ct)
    {
        try
        {
            return await host.FindDomainAsync(vm, ct);
        }
        catch (FailureException e) when (e.Failure.Code is FailureCode.VmNotFound)
        {
            // In the words of MustSee: the two must not be told apart.
            throw new FailureException(FailureCode.VmNotFound, Stage.Input, ("vm", vm));
        }
    }

    private static async Task<IReadOnlyList<VmView>> ListAsync(StillpointControl control, HostConnection hosts, HttpContext context, CancellationToken ct)
    {
        var caller = context.Caller();
        return [.. control.ListVms(hosts.Uri, await hosts.ListAsync(ct)).Where(v => caller.Sees(v.Name)).Select(v => new VmView(v.Name, v.Id.ToString(), v.State, v.Policy))];
    }

    private static async Task<VmDetailsView> ShowAsync(string vm, HostConnection hosts, Words words, HttpContext context, CancellationToken ct)
    {
        await using var host = await hosts.ConnectAsync(ct);
        var domain = await FindAsync(host, vm, context.Caller(), ct);
        var state = await domain.GetStateAsync(ct);
        var config = await domain.GetConfigAsync(inactive: false, ct);
        var snapshots = await domain.HasInternalSnapshotsAsync(ct);
        var checkpoints = await domain.ListCheckpointsAsync(ct);
        var disks = new List<VmDiskView>();
        foreach (var d in config.Disks)
        {
            long? size = d.Unsupported is null ? await domain.GetDiskSizeAsync(d.Name, ct) : null;
            disks.Add(new(d.Name, d.Format, d.Source, size, d.Unsupported is null, d.Unsupported is null && d.CanTrack && !snapshots, words.Maybe(d.Unsupported, context)));
        }
        return new(domain.Name, domain.Id.ToString(), state.Power.ToText(), config.HasAgentChannel, snapshots, [.. checkpoints.Select(c => c.Name)], disks);
    }

    private static async Task<VmCheckView> CheckAsync(
        string vm, VmCheckRequest request, StillpointControl control, HostConnection hosts, Words words, HttpContext context, CancellationToken ct)
    {
        var policy = CapturePolicy.Default with { Guard = request.Guard is { } guard ? Requests.Choice<GuardRule>("guard", guard) : GuardRule.Require };
        await using var host = await hosts.ConnectAsync(ct);
        var domain = await FindAsync(host, vm, context.Caller(), ct);
        var report = await control.CheckAsync(host, domain.Id.ToString(), policy, ct);
        return new(
            report.VmName, report.Vm.ToString(), report.Power.ToText(), report.Reachable?.ToText(), words.Maybe(report.Blocked, context),
            words.Maybe(report.Lower, context), report.InternalSnapshots,
            [.. report.Disks.Select(d => new CheckedDiskView(d.Name, d.Format, d.InBackup, d.Tracked, words.Maybe(d.Reason, context)))],
            words.Views(report.LeftOut, context));
    }

    private static async Task<VmReleasedView> ReleaseAsync(
        string vm, string? confirm, StillpointControl control, HostConnection hosts, Recovery recovery, HttpContext context, CancellationToken ct)
    {
        await using var host = await hosts.ConnectAsync(ct);
        var domain = await FindAsync(host, vm, context.Caller(), ct);
        Requests.Confirm(confirm, domain.Name);
        // An interrupted job may hold a checkpoint of its own in the journal.
        await recovery.RunAsync(host, ct);
        var released = await control.ReleaseAsync(host, domain.Id.ToString(), ct);
        return new(released.VmName, released.Checkpoints, released.Bitmaps, released.Left);
    }
}
