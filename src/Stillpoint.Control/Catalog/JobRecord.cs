using Stillpoint.Model;

namespace Stillpoint.Control.Catalog;

/// <summary>A job as the catalog knows it.</summary>
/// <param name="Vm">The VM's name when the job ran; of a restore to single disks, the VM they belong to.</param>
/// <param name="Vault">The vault's path.</param>
/// <param name="Point">The point made or restored; null when there is none.</param>
/// <param name="BytesDone">Read from the VM, or written to targets, as last told.</param>
public sealed record JobRecord(
    JobId Id, JobKind Kind, JobState State, VmId? VmId, string Vm, string Host, string Vault, string? Point,
    DateTimeOffset Started, DateTimeOffset? Ended, long BytesDone, long BytesStored, Failure? Failure, string LockName, int ProcessId);

/// <param name="After">The id of the last one of the page before.</param>
/// <param name="Vm">Name or UUID.</param>
public sealed record JobFilter(
    string? Vm = null, JobKind? Kind = null, JobState? State = null, DateTimeOffset? Since = null, string? After = null, int Limit = 100);

public sealed record SubTaskRecord(SubTask SubTask, DateTimeOffset Started, DateTimeOffset? Ended, Failure? Failure);

/// <summary>A job with everything that is told of it.</summary>
public sealed record JobDetails(JobRecord Job, IReadOnlyList<SubTaskRecord> SubTasks, IReadOnlyList<Failure> Warnings)
{
    /// <summary>The guest's own scripts, in the order they ran.</summary>
    public IReadOnlyList<ScriptRun> Scripts { get; init; } = [];
}
