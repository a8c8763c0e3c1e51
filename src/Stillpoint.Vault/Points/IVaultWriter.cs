using Stillpoint.Model;

namespace Stillpoint.Vault;

/// <summary>
/// Writes one point. Several writers, in several processes, may work in one vault at once; each holds a lease while it lives.
/// Nothing of it can be seen by readers until <see cref="CommitAsync"/> returned; disposed without commit it leaves only packs that
/// garbage collection takes.
/// </summary>
public interface IVaultWriter : IAsyncDisposable
{
    PointId Point { get; }

    /// <summary>Bytes of one block; every block but a tree's last has it.</summary>
    int BlockSize { get; }

    /// <summary>
    /// Begins a tree. With a base every block that is not put keeps the base's content; sizes may differ: what the base does not
    /// reach is zero, what lies beyond the new size is dropped. Without a base, blocks not put are zero.
    /// </summary>
    ITreeWriter BeginTree(string name, long sizeBytes, TreeInfo? @base);

    /// <summary>Stored by this writer so far.</summary>
    WriterStatistics Statistics { get; }

    /// <summary>
    /// Makes all blocks durable, then the index segment, then the pending manifest; checks that its lease still holds (so that garbage collection waited
    /// for it); then puts the manifest if absent. That put is the commit: before it there is no point, after it there is one.
    /// </summary>
    /// <exception cref="FailureException">VaultFull, VaultIoFailed, VaultLeaseLost; VaultDamaged: the base's, and not every block was put.</exception>
    Task<PointInfo> CommitAsync(int rank, ReadOnlyMemory<byte> metadata, CancellationToken ct);
}

/// <param name="BlocksPut">Blocks handed in, zero ones included.</param>
/// <param name="BlocksUnchanged">Of these, equal to the base tree at the same place.</param>
/// <param name="BlocksKnown">Of these, found elsewhere in the vault.</param>
/// <param name="BytesStored">Pack bytes made so far, before index and manifest.</param>
public readonly record struct WriterStatistics(
    long BlocksPut, long BlocksZero, long BlocksUnchanged, long BlocksKnown, long BlocksStored, long BytesStored);

/// <summary>
/// One tree being written. All members may be called from many threads at once as long as no block is put twice; work (hashing, compressing,
/// encrypting) is done on the calling thread, so call <see cref="Put"/> from as many threads as there are cores.
/// </summary>
public interface ITreeWriter
{
    string Name { get; }

    long SizeBytes { get; }

    long BlockCount { get; }

    /// <summary>
    /// Stores a block, unless it is zero, unchanged or known. The data are used only during the call. Waits (bounded by the store's own
    /// time) while too many finished packs wait to be written.
    /// </summary>
    /// <param name="data">Exactly the block's bytes: BlockSize, or what is left of the tree for the last one.</param>
    /// <returns>True if the block differs from the base tree at this place.</returns>
    /// <exception cref="FailureException">The store's failure; every later call throws it too.</exception>
    bool Put(long block, ReadOnlySpan<byte> data);

    /// <summary>Makes blocks zero. Whole runs cost next to nothing.</summary>
    void PutZero(long firstBlock, long count);

    /// <summary>Whether the base tree holds exactly these bytes at this place (the sampled re-read of clean blocks). False without a base.</summary>
    bool BaseEquals(long block, ReadOnlySpan<byte> data);

    /// <summary>
    /// Blocks whose base content is known to be damaged in the vault: they must be read and put again even if clean.
    /// </summary>
    IReadOnlyList<long> BlocksToHeal { get; }

    /// <summary>
    /// Not null once a page of the base turned out to be damaged: what was not put yet is then unknown, and every block of the tree must be put, or the commit fails
    /// with this. To be asked after the last put; it may come with any call.
    /// </summary>
    Failure? BaseDamage { get; }
}
