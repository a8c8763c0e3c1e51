using Stillpoint.Model;

namespace Stillpoint.Control.Planning;

/// <summary>A protected VM as the planner sees it.</summary>
/// <param name="Storage">What its disks lie on; VMs with the same text share it.</param>
/// <param name="Vault">Where its points go.</param>
/// <param name="Since">Windows that opened before it was protected are nobody's.</param>
public sealed record PlannedVm(VmId Id, string Name, string Host, string Storage, string Vault, Policy Policy, DateTimeOffset Since);

/// <summary>A backup that ended.</summary>
/// <param name="GivenUp">Somebody cancelled it: its window is left alone.</param>
public sealed record PastRun(DateTimeOffset Started, DateTimeOffset Ended, bool Succeeded, bool GivenUp = false);

/// <summary>How many backups may run at once on one host, read from one storage, and write to one vault; each at least 1.</summary>
public sealed record PlanLimits(int PerHost, int PerStorage, int PerVault);

public enum StartKind
{
    Scheduled,

    /// <summary>Its window closed without a run; only the newest such window of a VM is made up for.</summary>
    CatchUp,

    /// <summary>A run for this window failed.</summary>
    Retry,
}

/// <param name="At">Not before this. For what is late it lies in the past.</param>
/// <param name="Expected">How long it is booked for, learned from earlier runs.</param>
/// <param name="Fits">False: within the limits there is no room for it in its window; it starts after the window's end, or runs past it.</param>
public sealed record PlannedStart(PlannedVm Vm, Occurrence Window, DateTimeOffset At, TimeSpan Expected, StartKind Kind, bool Fits)
{
    public const string WindowTooShort = "window-too-short", Limits = "limits";

    /// <summary>Why it does not fit; null: it does.</summary>
    public string? Why => Fits ? null : Expected > Window.Closes - Window.Opens ? WindowTooShort : Limits;
}
