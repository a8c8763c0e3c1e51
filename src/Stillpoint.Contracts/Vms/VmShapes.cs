namespace Stillpoint.Contracts;

/// <param name="Reachable">Asked of the service's own host only, which comes first.</param>
/// <param name="Registered">Rules look at its VMs, and they can be protected.</param>
/// <param name="Answered">Ever; false only of the service's own host.</param>
public sealed record HostView(string Uri, DateTimeOffset LastUsed, bool Reachable, FailureView? Failure, bool Registered = false, bool Answered = true);

/// <param name="Uri">Of libvirt on the service's machine.</param>
public sealed record NewHost(string Uri);

/// <param name="Vms">How many it has.</param>
/// <param name="Protected">Names of those that a rule put under a policy now.</param>
public sealed record HostAdded(string Uri, int Vms, IReadOnlyList<string> Protected);

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
