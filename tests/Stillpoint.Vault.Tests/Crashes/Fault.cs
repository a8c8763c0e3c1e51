namespace Stillpoint.Vault.Tests.Crashes;

/// <summary>The calls that change a file system.</summary>
internal enum DiskCall
{
    Create,
    Write,
    SyncFile,
    Link,
    Rename,
    Unlink,
    MakeFolder,
    SyncFolder,
}

internal enum FaultKind
{
    /// <summary>The process is gone; what it wrote stays in the page cache.</summary>
    Kill,

    /// <summary>The machine is gone: of what was not synced any part may be lost, torn, or kept in another order.</summary>
    PowerCut,

    /// <summary>The call fails once. A failed sync loses the file's unsynced bytes, and a second sync of it would succeed all the same.</summary>
    Fail,

    /// <summary>The disk has room for nothing more, until something is deleted.</summary>
    Full,

    /// <summary>The process stalls, another operation runs from its begin to its end, and the process wakes.</summary>
    Stall,

    /// <summary>As above, and the stall is longer than any lease.</summary>
    LongStall,
}

/// <param name="Ordinal">Of the calls of this kind within the operation, from 0.</param>
/// <param name="After">The fault comes when the call has had its effect.</param>
/// <param name="Seed">What a power cut keeps.</param>
internal sealed record Fault(FaultKind Kind, DiskCall Call, int Ordinal, bool After, int Seed);

/// <summary>The process is gone: none of its calls happens any more.</summary>
internal sealed class DeathException() : Exception("the process is gone");
