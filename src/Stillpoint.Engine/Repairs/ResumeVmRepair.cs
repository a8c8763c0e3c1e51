using Stillpoint.Hypervisor;

namespace Stillpoint.Engine.Repairs;

/// <summary>
/// Lets a VM go on that the host paused because a scratch file of ours could not grow: the job that needed the file is ended first, else it would pause again.
/// </summary>
internal sealed class ResumeVmRepair() : RepairAction("resume-vm", safe: true)
{
    public override async Task DoAsync(RepairContext on, CancellationToken ct)
    {
        await new EndStaleJobsRepair().DoAsync(on, ct);
        // Paused by a hand, it is paused by somebody's wish.
        if (await on.Domain.GetStateAsync(ct) is { Power: PowerState.Paused, PausedByIoError: true }) await on.Domain.ResumeAsync(ct);
    }
}
