namespace Stillpoint.Contracts;

public sealed record HostView(string Uri, DateTimeOffset LastUsed, bool Reachable, FailureView? Failure);

/// <param name="State">libvirt's, at this moment; <c>gone</c>: protected, but the host no longer knows it.</param>
/// <param name="Policy">Null: it is not protected.</param>
public sealed record VmView(string Name, string Id, string State, string? Policy = null);

public sealed record VmDiskView(string Name, string Format, string? Source, long? SizeBytes, bool InBackup, bool Tracked, FailureView? Reason);

public sealed record VmDetailsView(
    string Name, string Id, string State, bool AgentChannel, bool InternalSnapshots, IReadOnlyList<string> Checkpoints, IReadOnlyList<VmDiskView> Disks);

/// <param name="Guard">require (default), warden-alone.</param>
public sealed record VmCheckRequest(string? Guard = null);

public sealed record CheckedDiskView(string Name, string Format, bool InBackup, bool Tracked, FailureView? Reason);

/// <param name="Consistency">The best a backup can have now; null: it would fail, and <paramref name="Blocked"/> says why.</param>
public sealed record VmCheckView(
    string Name, string Id, string State, string? Consistency, FailureView? Blocked, FailureView? Reason, bool InternalSnapshots,
    IReadOnlyList<CheckedDiskView> Disks, IReadOnlyList<FailureView> LeftOut);

/// <param name="Left">Bitmaps that could not be removed.</param>
public sealed record VmReleasedView(string Name, IReadOnlyList<string> Checkpoints, IReadOnlyList<string> Bitmaps, IReadOnlyList<string> Left);
