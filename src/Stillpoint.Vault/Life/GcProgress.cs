namespace Stillpoint.Vault;

/// <summary>What a collection is at, for people.</summary>
public enum GcPhase
{
    /// <summary>Looks at what recovery points need; counts points.</summary>
    Marking,

    /// <summary>For backups that began before it; counts nothing.</summary>
    Waiting,

    /// <summary>Counts packs.</summary>
    Deleting,

    /// <summary>Stores again what lives in half-dead packs; counts blocks and pages.</summary>
    Repacking,
}

/// <param name="Total">Of this phase, which may come several times in one collection; zero where nothing is counted.</param>
public readonly record struct GcProgress(GcPhase Phase, long Done, long Total);
