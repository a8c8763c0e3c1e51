namespace Stillpoint.Engine.Capture;

/// <summary>
/// The steps of a capture in their order. Tests stop, kill and disturb at each of them, and a step without a case fails their suite.
/// </summary>
public enum CaptureStep
{
    Reconciled,
    Preflighted,
    WorkspaceMade,
    WardenReady,
    JournalOpened,
    FreezeOpened,

    /// <summary>The job runs and the guest is thawed.</summary>
    Begun,
    DiskTransferred,
    Transferred,

    /// <summary>The manifest is in the vault: from here on the point exists.</summary>
    Committed,
    OlderCheckpointsDeleted,
    Released,
}

/// <summary>Called as a capture reaches its steps. An exception ends the capture there, as a fault of that step would.</summary>
public interface ICaptureHooks
{
    ValueTask ReachedAsync(CaptureStep step, CancellationToken ct);
}

public sealed class NoHooks : ICaptureHooks
{
    public static NoHooks Instance { get; } = new();

    public ValueTask ReachedAsync(CaptureStep step, CancellationToken ct) => ValueTask.CompletedTask;
}
