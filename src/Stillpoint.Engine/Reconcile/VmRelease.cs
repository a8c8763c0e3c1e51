using Stillpoint.Engine.Capture;
using Stillpoint.Hypervisor;
using Stillpoint.Model;

namespace Stillpoint.Engine.Reconcile;

/// <param name="Checkpoints">Names of those taken off, of whatever vault.</param>
/// <param name="Bitmaps">Names of bitmaps that had no checkpoint any more.</param>
/// <param name="Left">Names of bitmaps that could not be removed.</param>
public sealed record ReleasedVm(string VmName, IReadOnlyList<string> Checkpoints, IReadOnlyList<string> Bitmaps, IReadOnlyList<string> Left);

/// <summary>
/// Takes off a VM what backups left on it: our checkpoints, hidden ones too, and bitmaps without one. What others made stays. The next
/// backup reads in full; no point loses anything.
/// </summary>
public sealed class VmRelease(EnginePaths paths)
{
    /// <exception cref="FailureException">VmBusyWithOtherJob: bitmaps must not go while a backup may read by them.</exception>
    public async Task<ReleasedVm> RunAsync(IDomain domain, CancellationToken ct)
    {
        if (await domain.GetJobAsync(ct) is { } job)
            throw new FailureException(Failure.Of(
                FailureCode.VmBusyWithOtherJob, Stage.Release, ("vm", domain.Name), ("operation", job.Operation)).CanRetry());
        var gone = (await domain.ListCheckpointsAsync(ct)).Select(c => c.Name).Where(CheckpointName.IsOurs).ToList();
        foreach (var name in gone) await domain.DeleteCheckpointAsync(name, ct);
        // A hidden one is nothing but its bitmap, and a file that would bring it back.
        gone.AddRange(new HiddenCheckpoints(paths).Forget(domain));
        var bitmaps = await domain.RemoveBitmapsAsync(CheckpointName.Ours, ct);
        return new(domain.Name, gone, [.. bitmaps.Removed.Except(gone)], bitmaps.Left);
    }
}
