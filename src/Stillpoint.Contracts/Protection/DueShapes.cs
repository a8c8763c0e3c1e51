namespace Stillpoint.Contracts;

/// <summary>Something that a run of what is due told.</summary>
/// <param name="Kind">began, started, ended, care, host-out-of-reach, look-failed, done; heartbeat where nothing happened for a while.</param>
/// <param name="Schedules">Whether the service starts what is due by itself; with began only.</param>
/// <param name="StartKind">scheduled, catch-up, retry; with started and ended, as <paramref name="Vm"/> and <paramref name="VmId"/>.</param>
/// <param name="State">Of the job; null with ended: none began, and <paramref name="Failure"/> says why.</param>
/// <param name="CareKind">retention, gc, verify; with care only.</param>
/// <param name="Count">Points forgotten, packs deleted, or objects proven.</param>
/// <param name="Host">With host-out-of-reach only.</param>
public sealed record DueNotice(
    string Kind, DateTimeOffset At, bool? Schedules = null, string? Vm = null, string? VmId = null, string? StartKind = null, string? Job = null, string? State = null,
    PointView? Point = null, string? CareKind = null, long? Count = null, string? Host = null, FailureView? Failure = null, IReadOnlyList<FailureView>? Warnings = null);
