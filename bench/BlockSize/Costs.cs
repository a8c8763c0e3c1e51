namespace Stillpoint.Bench.BlockSize;

/// <summary>What one generation costs with one block size, level and encoding.</summary>
/// <param name="Blocks">Blocks stored, after deduplication.</param>
/// <param name="ReadBytes">Bytes that must be read from the disk for it.</param>
/// <param name="Stored">All stored bytes: blocks, their entries and the changed pages of the tree.</param>
/// <param name="Cpu">Process time; one thread. Reading from the page cache, zero test, HMAC-SHA-256, zstd. AES-GCM is left out: the same for all.</param>
internal sealed record Costs(long Blocks, long ReadBytes, long Stored, TimeSpan Cpu);

/// <summary>What surrounds a block in the vault, in bytes.</summary>
internal static class Overhead
{
    /// <summary>AES-GCM's tag.</summary>
    public const int Tag = 16;

    /// <summary>The entry in the pack's footer (docs/formats/pack.md).</summary>
    public const int PackEntry = 44;

    /// <summary>The entry in the index segment (docs/formats/index.md).</summary>
    public const int IndexEntry = 52;

    public const int PerBlock = Tag + PackEntry + IndexEntry;

    private const int IdSize = 32;
    private const int Fan = 256;

    /// <summary>Pages that must be written because one of their ids changed, on all levels. Ids do not compress; zero ids cost nothing.</summary>
    public static long Pages(IEnumerable<long> changedBlocks, Func<long, bool> isZero, long blockCount)
    {
        long total = 0;
        var touched = changedBlocks.Select(b => b / Fan).ToHashSet();
        foreach (var page in touched)
            total += PageBytes(Enumerable.Range(0, Fan).Count(i => page * Fan + i < blockCount && !isZero(page * Fan + i)));
        for (var count = (blockCount + Fan - 1) / Fan; count > 1; count = (count + Fan - 1) / Fan)
        {
            touched = touched.Select(p => p / Fan).ToHashSet();
            var below = count;
            total += touched.Sum(p => PageBytes((int)Math.Min(Fan, below - p * Fan)));
        }

        return total;
    }

    private static long PageBytes(int ids) => (long)ids * IdSize + PerBlock;
}
