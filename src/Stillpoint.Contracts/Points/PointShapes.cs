namespace Stillpoint.Contracts;

/// <param name="Mode">full or incremental: how it was read.</param>
public sealed record PointDiskView(string Name, string Format, long SizeBytes, string Mode, long BytesRead, long BytesChanged);

public sealed record LeftOutView(string Name, string Kind, FailureView Reason);

/// <param name="Reason">Why the consistency is lower than wanted.</param>
/// <param name="FrozenMs">How long the guest was frozen; null: it was not.</param>
public sealed record PointView(
    string Id, string Vm, string VmId, DateTimeOffset Taken, string Consistency, FailureView? Reason, double? FrozenMs, string? Checkpoint,
    IReadOnlyList<PointDiskView> Disks, IReadOnlyList<LeftOutView> LeftOut, long BytesRead, long BytesStored);

/// <param name="Until">From then on garbage collection takes it.</param>
public sealed record ForgottenPointView(string Id, string Vm, string VmId, DateTimeOffset Taken, DateTimeOffset Forgotten, DateTimeOffset Until);
