namespace Stillpoint.Contracts;

public sealed record ProtectRequest(string Policy);

/// <param name="Rule">The rule that protects it; null: it is protected by hand.</param>
/// <param name="Gone">Since when its host no longer knows it; its points stay.</param>
public sealed record ProtectionView(string Vm, string VmId, string Host, string Policy, string? Rule, DateTimeOffset Since, DateTimeOffset? Gone);

/// <param name="Kind">scheduled, catch-up, retry.</param>
/// <param name="Start">Not before this; of what is late it lies in the past.</param>
/// <param name="Why">Why there is no room for it: window-too-short, limits; null: there is.</param>
public sealed record PlannedView(
    string Vm, string VmId, string Host, string Policy, string Kind, DateTimeOffset Start, double ExpectedMinutes, DateTimeOffset WindowOpens,
    DateTimeOffset WindowCloses, bool Fits, string? Why);

public sealed record PlanView(IReadOnlyList<PlannedView> Starts);

/// <summary>What holds for all VMs.</summary>
/// <param name="PerHost">Backups at once, 1 to 1,000; so <paramref name="PerStorage"/> and <paramref name="PerVault"/>.</param>
/// <param name="Gc">A schedule in one line; null: not by itself. So <paramref name="Verify"/>.</param>
/// <param name="VerifyMinutes">1 to 1,440.</param>
public sealed record PlanSettings(int PerHost, int PerStorage, int PerVault, string? Gc, string? Verify, int VerifyMinutes);
