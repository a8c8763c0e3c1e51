using Stillpoint.Control.Planning;
using Stillpoint.Model;

namespace Stillpoint.Control.Scheduling;

/// <summary>What a scheduler tells while it works.</summary>
public abstract record SchedulerEvent(DateTimeOffset At);

public sealed record RunStarted(DateTimeOffset At, PlannedStart Start, JobId Job) : SchedulerEvent(At);

/// <param name="State">Null: no job began, and <paramref name="Failure"/> says why; the start is open again.</param>
public sealed record RunEnded(
    DateTimeOffset At, PlannedStart Start, JobId Job, JobState? State, RecoveryPoint? Point, Failure? Failure, IReadOnlyList<Failure> Warnings) : SchedulerEvent(At);

/// <summary>Its VMs wait, without a try being counted.</summary>
public sealed record HostOutOfReach(DateTimeOffset At, string Uri, Failure Failure) : SchedulerEvent(At);

/// <param name="Count">Points forgotten, packs deleted, or objects proven.</param>
public sealed record CareEnded(DateTimeOffset At, JobKind Kind, JobId Job, JobState State, long Count, Failure? Failure, IReadOnlyList<Failure> Warnings) : SchedulerEvent(At);

/// <summary>A look at what is due failed, and is made again.</summary>
public sealed record LookFailed(DateTimeOffset At, Failure Failure) : SchedulerEvent(At);

/// <summary>Called from several threads at once; must not block for long and must not throw.</summary>
public interface ISchedulerEvents
{
    void Publish(SchedulerEvent schedulerEvent);
}
