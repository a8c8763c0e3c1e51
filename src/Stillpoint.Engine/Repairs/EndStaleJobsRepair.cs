using Stillpoint.Engine.Capture;

namespace Stillpoint.Engine.Repairs;

/// <summary>
/// Ends a backup job of libvirt whose socket lies in a folder of ours, and removes the folder. Jobs of others are not touched. Whoever orders it holds the
/// VM's lock, so no process of ours works on the VM.
/// </summary>
internal sealed class EndStaleJobsRepair() : RepairAction("end-stale-jobs", safe: true)
{
    public override async Task DoAsync(RepairContext on, CancellationToken ct)
    {
        foreach (var folder in Directory.EnumerateDirectories(JobFolder.RootOf(on.Paths)).ToArray())
        {
            if (!await on.Domain.OwnsBackupAsync(JobFolder.SocketIn(folder), ct)) continue;
            await on.Domain.AbortJobAsync(ct);
            JobFolder.Remove(folder);
        }
    }
}
