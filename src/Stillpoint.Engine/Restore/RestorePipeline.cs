using Stillpoint.Engine.Capture;
using Stillpoint.Engine.Points;
using Stillpoint.Hypervisor;
using Stillpoint.Model;
using Stillpoint.Vault;

namespace Stillpoint.Engine.Restore;

/// <summary>
/// A whole restore: finish what an earlier one left open, check, write, flush, then put in place and define. Until everything new is whole
/// nothing old is touched; what fails or is cancelled before that leaves nothing behind. The one exception are block devices, which are
/// written where they are.
/// </summary>
/// <param name="host">Null: only single disks can be restored.</param>
public sealed class RestorePipeline(
    IHypervisorHost? host, IVault vault, EnginePaths paths, IJobEvents events, TimeProvider clock, IRestoreHooks? hooks = null)
{
    private readonly IRestoreHooks _hooks = hooks ?? NoRestoreHooks.Instance;

    /// <exception cref="FailureException">PointNotFound, PointAmbiguous, DiskNotInPoint, UsageInvalid, PoolNotFound, VmNameTaken, VmRunning, TargetExists,
    /// TargetTooSmall, TargetFull, TargetUnusable, TargetWriteFailed, VaultDamaged, ToolMissing, and the host's own.</exception>
    public async Task<RestoreResult> RunAsync(RestoreOrder order, CancellationToken ct)
    {
        var finished = await new RestoreRecovery(host, paths, _hooks).RunAsync(f => throw new FailureException(f), ct);
        var point = await vault.FindPointAsync(order.Point, ct);
        var metadata = PointMetadata.Read(point.Metadata);
        if (order is RestoreInPlace)
        {
            foreach (var earlier in finished)
            {
                // The same restore, stopped after its new disks were whole: it is done now.
                if (earlier.Result is { } done && done.Point == point.Id && done.Vm?.ToString() == metadata.VmId) return done;
                if (earlier.Left is { } open && earlier.VmName == metadata.VmName) throw new FailureException(open);
            }
        }
        using var run = new RestoreRun(order, point, metadata, vault, paths, new CaptureReport(order.Job, events, clock), events, _hooks, clock);
        return order switch
        {
            RestoreAsNewVm o => await new NewVmRestore(Host, run, o).RunAsync(ct),
            RestoreInPlace o => await new InPlaceRestore(Host, run, o).RunAsync(ct),
            RestoreDisks o => await new DisksRestore(run, o).RunAsync(ct),
            _ => throw new ArgumentOutOfRangeException(nameof(order)),
        };
    }

    private IHypervisorHost Host => host ?? throw new InvalidOperationException("a VM is restored to a host");
}
