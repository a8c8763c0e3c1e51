using Stillpoint.Model;

namespace Stillpoint.Engine.Transfer;

internal readonly record struct BlockRun(long First, long Count);

/// <summary>
/// What is to be done with each block of a disk: read and put, put as zero, or leave as the base has it. A block that several extents share is
/// dirty if one of them is, and zero only if all of them are.
/// </summary>
internal sealed class BlockPlan
{
    private readonly List<BlockRun> _reads = [];
    private readonly List<BlockRun> _zeroes = [];
    private readonly List<BlockRun> _cleanData = [];
    private readonly List<BlockRun> _cleanZeroes = [];
    private readonly long _size;
    private readonly int _blockSize;

    private BlockPlan(long size, int blockSize) => (_size, _blockSize) = (size, blockSize);

    public IReadOnlyList<BlockRun> Reads => _reads;

    public IReadOnlyList<BlockRun> Zeroes => _zeroes;

    /// <summary>Clean and not known to be zero: what the sampled re-read draws from.</summary>
    public IReadOnlyList<BlockRun> CleanData => _cleanData;

    public IReadOnlyList<BlockRun> CleanZeroes => _cleanZeroes;

    public long BytesToRead => BytesOf(_reads);

    /// <param name="alwaysRead">Blocks to read even if clean: damaged in the vault, or cut off at the end of a base of another size.</param>
    public static async Task<BlockPlan> MakeAsync(IDiskSource source, int blockSize, IEnumerable<long> alwaysRead, CancellationToken ct)
    {
        var plan = new BlockPlan(source.SizeBytes, blockSize);
        var forced = new Queue<long>(alwaysRead.Distinct().Order());
        var shared = new Shared();
        await foreach (var extent in source.ExtentsAsync(ct)) plan.Add(extent, shared, forced);
        return plan;
    }

    public long BytesOf(IReadOnlyList<BlockRun> runs)
    {
        long bytes = 0;
        foreach (var run in runs) bytes += Math.Min(_size, (run.First + run.Count) * _blockSize) - (run.First * _blockSize);
        return bytes;
    }

    private void Add(DiskExtent extent, Shared shared, Queue<long> forced)
    {
        for (var at = extent.Offset; at < extent.End;)
        {
            var block = at / _blockSize;
            var blockEnd = Math.Min(_size, (block + 1) * _blockSize);
            if (at == block * _blockSize && extent.End >= blockEnd)
            {
                var end = extent.End >= _size ? (_size + _blockSize - 1) / _blockSize : extent.End / _blockSize;
                Classify(block, end - block, extent.Dirty, extent.Zero, forced);
                at = Math.Min(_size, end * _blockSize);
                continue;
            }
            shared.Dirty |= extent.Dirty;
            shared.Zero &= extent.Zero;
            at = Math.Min(extent.End, blockEnd);
            if (at < blockEnd) continue;
            Classify(block, 1, shared.Dirty, shared.Zero, forced);
            (shared.Dirty, shared.Zero) = (false, true);
        }
    }

    private void Classify(long first, long count, bool dirty, bool zero, Queue<long> forced)
    {
        while (forced.TryPeek(out var block) && block < first + count)
        {
            forced.Dequeue();
            if (dirty || block < first) continue;
            Append(zero ? _cleanZeroes : _cleanData, first, block - first);
            Append(zero ? _zeroes : _reads, block, 1);
            (first, count) = (block + 1, first + count - block - 1);
        }
        Append(dirty ? zero ? _zeroes : _reads : zero ? _cleanZeroes : _cleanData, first, count);
    }

    private static void Append(List<BlockRun> runs, long first, long count)
    {
        if (count <= 0) return;
        if (runs.Count > 0 && runs[^1] is var last && last.First + last.Count == first) runs[^1] = last with { Count = last.Count + count };
        else runs.Add(new(first, count));
    }

    /// <summary>What is known so far of a block that no single extent covers.</summary>
    private sealed class Shared
    {
        public bool Dirty { get; set; }

        public bool Zero { get; set; } = true;
    }
}
