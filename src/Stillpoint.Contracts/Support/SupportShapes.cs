namespace Stillpoint.Contracts;

/// <param name="Vm">Name or UUID: only its jobs, and a look at it as it is now; null: all VMs, and no look.</param>
/// <param name="Days">1 to 90, default 7: how far back.</param>
public sealed record SupportRequest(string? Vm = null, int? Days = null);
