namespace Stillpoint.Vault;

/// <summary>Where a collection stands: told to <see cref="GcOptions.OnStep"/>, so that tests can kill it there or let others work.</summary>
internal enum GcStep
{
    /// <summary>The collector's lease is held.</summary>
    Leased,

    /// <summary>Dead leases and points past their time are gone.</summary>
    Tidied,

    /// <summary>Everything any root refers to is marked.</summary>
    Marked,

    /// <summary>What is to be deleted is written down durably.</summary>
    Condemned,

    /// <summary>Told each time older writers were found still at work.</summary>
    Waiting,

    /// <summary>No older writer is left, and new roots are marked too.</summary>
    MarkedAgain,

    /// <summary>The index names no pack any more that is about to be deleted.</summary>
    SegmentsMerged,

    PacksDeleted,

    /// <summary>The condemned objects are gone: a round is over.</summary>
    RoundDone,

    /// <summary>What lives in half-dead packs has been stored again and indexed.</summary>
    Repacked,
}

/// <param name="Now">Takes forgotten points whatever their age.</param>
/// <param name="DryRun">Changes nothing and takes no lease.</param>
/// <param name="MaxTime">After it no new step is begun and no writer waited for any more; what was condemned is finished by the next run. Null: none.</param>
public sealed record GcOptions(bool Now = false, bool DryRun = false, TimeSpan? MaxTime = null)
{
    /// <summary>Called on the collection's own flow: must not block.</summary>
    public Action<GcProgress>? Progress { get; init; }

    internal Func<GcStep, Task>? OnStep { get; init; }

    internal TimeSpan PollEvery { get; init; } = TimeSpan.FromSeconds(2);

    internal void Tell(GcPhase phase, long done = 0, long total = 0) => Progress?.Invoke(new(phase, done, total));
}

/// <param name="PointsTaken">Forgotten points that are gone for good.</param>
/// <param name="PointsInUse">Past their time, but a job reads them or builds on them.</param>
/// <param name="PointsHeld">Past their time by the clock, but for stretches of it nothing was written to the vault: it may have jumped. <c>Now</c> takes them.</param>
/// <param name="BytesFreed">Stored bytes of the packs deleted, those that were repacked included.</param>
/// <param name="BytesRepacked">Stored bytes written anew for it.</param>
/// <param name="BytesLive">Stored bytes of the entries that some point still needs.</param>
/// <param name="Unfinished">Time ran out, or writers that began earlier were still at work.</param>
public sealed record GcReport(
    IReadOnlyList<string> PointsTaken, IReadOnlyList<string> PointsInUse, IReadOnlyList<string> PointsHeld, long PacksDeleted, long BytesFreed, long BytesRepacked, long BytesLive,
    int SegmentsBefore, int SegmentsAfter, int LeasesRemoved, bool Unfinished, bool DryRun);
