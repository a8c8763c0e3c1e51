namespace Stillpoint.Engine.Capture;

/// <summary>
/// The steps of a capture in their order. Tests stop, kill and disturb at each of them, and a step without a case fails their suite.
/// </summary>
public enum CaptureStep
{
    Reconciled,
    Preflighted,

    /// <summary>What the job is about to make is written down; nothing of it exists yet.</summary>
    JournalOpened,
    WorkspaceMade,
    WardenReady,
    FreezeOpened,

    /// <summary>The guest is at rest as far as it will be; the one call is next.</summary>
    Beginning,

    /// <summary>The call has returned; the guest is still at rest.</summary>
    BeginReturned,

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
