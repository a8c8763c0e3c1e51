namespace Stillpoint.Engine.Restore;

/// <summary>The steps of a restore in their order (a new VM and single disks skip those of the swap). Tests stop at each of them.</summary>
public enum RestoreStep
{
    Checked,

    /// <summary>Everything new is whole and synced, and nothing old has been touched.</summary>
    Written,

    /// <summary>The swap is in the journal: from here on it goes forward only.</summary>
    SwapJournaled,

    /// <summary>Once for each file.</summary>
    OldMoved,
    Undefined,

    /// <summary>Once for each file.</summary>
    NewInPlace,
    Defined,

    /// <summary>Once for each file.</summary>
    OldDeleted,
}

/// <summary>Called as a restore reaches its steps. An exception ends it there, as a fault of that step would.</summary>
public interface IRestoreHooks
{
    ValueTask ReachedAsync(RestoreStep step, CancellationToken ct);
}

public sealed class NoRestoreHooks : IRestoreHooks
{
    public static NoRestoreHooks Instance { get; } = new();

    public ValueTask ReachedAsync(RestoreStep step, CancellationToken ct) => ValueTask.CompletedTask;
}
