namespace Stillpoint.Waagent;

/// <summary>A snapshot that a VM may ask for, once.</summary>
/// <param name="Task">Its name, the VM's only one at a time: letters, digits and dashes, at most 64.</param>
/// <param name="Seconds">How long its address is good for, 1-3600.</param>
/// <param name="Disks">Their targets, as <c>PUT DISK?comp=snapshot</c> may name them.</param>
public sealed record SnapshotRequest(string Task, int Seconds, IReadOnlyList<string> Disks);

/// <param name="Uri">For that VM alone: whoever has it may ask in its place.</param>
public sealed record SnapshotTicketView(string Uri);

/// <summary>How far a guest and its host have come.</summary>
public enum SnapshotStage
{
    /// <summary>Nobody has called.</summary>
    Open,

    /// <summary>The guest is ready to freeze and waits for a word.</summary>
    Preparing,

    /// <summary>It has the word: it may be frozen from now on.</summary>
    Prepared,

    /// <summary>It says that it is frozen, and waits.</summary>
    Asking,

    /// <summary>It has its answer.</summary>
    Answered,

    /// <summary>It left while it waited; nothing more is to be asked.</summary>
    Left,
}

/// <param name="Version">Goes up with each change.</param>
/// <param name="Report">What the guest said at the end; null: not yet.</param>
public sealed record SnapshotView(long Version, SnapshotStage Stage, GuestReport? Report);

/// <param name="Good">The word to go on, or that the snapshot is taken; else it is refused.</param>
/// <param name="Message">For the guest's log.</param>
public sealed record SnapshotAnswer(SnapshotStage To, bool Good, string Message = "");

/// <param name="Waited">Somebody got it.</param>
public sealed record SnapshotAnswered(bool Waited);

/// <summary>The extension's own account. The guest's word: bounded, and judged beside what the host saw itself.</summary>
/// <param name="Code">1: done. Others as in Azure's own handler.</param>
/// <param name="Guard">clean, fired, unknown; empty: none was started.</param>
/// <param name="AnsweredFrozen">The answer came before the thaw.</param>
/// <param name="FrozenMs">From the first freeze to the last thaw; null: nothing was frozen.</param>
/// <param name="Steps">Milliseconds since its work began, by step.</param>
public sealed record GuestReport(
    int Code, string Message, int Frozen, int Thawed, string Guard, bool AnsweredFrozen, long? FrozenMs, IReadOnlyDictionary<string, long> Steps);
