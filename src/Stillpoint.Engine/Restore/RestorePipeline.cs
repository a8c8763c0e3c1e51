using Stillpoint.Engine.Capture;
using Stillpoint.Engine.Points;
using Stillpoint.Hypervisor;
using Stillpoint.Model;
using Stillpoint.Vault;

namespace Stillpoint.Engine.Restore;

/// <param name="VmName">Null when it was no restore in place.</param>
/// <param name="Result">What was finished; null: it had not come so far, and what it had made was removed.</param>
/// <param name="Left">Why it is still open; it is tried again next time.</param>
public sealed record InterruptedRestore(string Job, string? VmName, RestoreResult? Result, Failure? Left);

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
        var finished = await FinishInterruptedAsync(ct);
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

    /// <summary>Finishes or takes back restores whose process died. Those whose owner lives are left alone.</summary>
    public async Task<IReadOnlyList<InterruptedRestore>> FinishInterruptedAsync(CancellationToken ct)
    {
        var results = new List<InterruptedRestore>();
        foreach (var journal in RestoreJournal.TakeAbandoned(paths))
        {
            using (journal) results.Add(await FinishAsync(journal, ct));
        }
        return results;
    }

    private IHypervisorHost Host => host ?? throw new InvalidOperationException("a VM is restored to a host");

    private async Task<InterruptedRestore> FinishAsync(RestoreJournal journal, CancellationToken ct)
    {
        var entry = journal.Entry;
        try
        {
            if (entry.Swap is not { } swap || FileSwap.NothingMoved(swap))
            {
                NewFiles.TakeBack(journal);
                return new(entry.Job, null, null, null);
            }
            if (host is null || host.Uri.Text != swap.HostUri)
                return new(entry.Job, swap.VmName, null, Failure.Of(FailureCode.HostUnreachable, Stage.Restore, ("uri", swap.HostUri)));
            var domain = await new FileSwap(host, journal, _hooks).FinishAsync(ct);
            PointId.TryParse(entry.Point, out var point);
            return new(entry.Job, swap.VmName, new(point, domain.Name, domain.Id, swap.Disks), null);
        }
        catch (FailureException error)
        {
            return new(entry.Job, entry.Swap?.VmName, null, error.Failure);
        }
    }
}
