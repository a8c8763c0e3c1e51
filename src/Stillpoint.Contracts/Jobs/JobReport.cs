namespace Stillpoint.Contracts;

/// <summary>What a job that was asked for has done, in full; one of the members but warnings is given. Kept while the service runs, of the last 500 jobs.</summary>
public sealed record JobReportView(
    IReadOnlyList<FailureView> Warnings, PointView? Point = null, RestoredView? Restored = null, GcReportView? Gc = null, VerifyReportView? Verify = null,
    CopyReportView? Copy = null, RepairView? Repair = null);

public sealed record RestoredDiskView(string Name, string Target, string Format, long SizeBytes);

/// <param name="Vm">Null: single disks.</param>
public sealed record RestoredView(string Point, string? Vm, string? VmId, IReadOnlyList<RestoredDiskView> Disks);

/// <param name="PointsTaken">Forgotten points that are gone for good.</param>
/// <param name="PointsInUse">Past their time, but a job reads them or builds on them.</param>
/// <param name="PointsHeld">Past their time by a clock that may have jumped.</param>
/// <param name="Unfinished">The time was up.</param>
public sealed record GcReportView(
    bool DryRun, bool Unfinished, IReadOnlyList<string> PointsTaken, IReadOnlyList<string> PointsInUse, IReadOnlyList<string> PointsHeld, long PacksDeleted, long BytesFreed,
    long BytesRepacked, long BytesLive, int SegmentsBefore, int SegmentsAfter, int LeasesRemoved);

/// <param name="Blocks">Null: the whole point is lost.</param>
public sealed record DamagedPointView(string Point, string Vm, string Disk, long? Blocks);

/// <param name="PacksLeft">Not looked at: outside the sample, or the time was up; so <paramref name="PointsLeft"/>.</param>
public sealed record VerifyReportView(
    long Objects, long Bytes, IReadOnlyList<FailureView> Damage, IReadOnlyList<DamagedPointView> Points, long PacksLeft, long PointsLeft);

/// <param name="Points">Copied now.</param>
/// <param name="PointsThere">Copied before.</param>
/// <param name="Damage">Points of the source that could not be copied whole.</param>
public sealed record CopyReportView(
    string Vault, bool Made, IReadOnlyList<string> Points, int PointsThere, long Packs, long Bytes, IReadOnlyList<FailureView> Damage);

/// <param name="End">helped, undone, did-not-help, failed.</param>
/// <param name="Failure">Code of what failed; null: nothing did.</param>
public sealed record RepairView(string Repair, string Cause, string End, string? Failure);
