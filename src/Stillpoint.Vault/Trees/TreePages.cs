using System.Runtime.CompilerServices;

namespace Stillpoint.Vault.Trees;

/// <summary>The pages of one stored tree, found from its root.</summary>
internal sealed class TreePages(PageReader pages, TreeInfo tree, int blockSize)
{
    public TreeShape Shape { get; } = new(tree.SizeBytes, blockSize);

    /// <summary>Id of a page (level 1 and up) or a block (level 0); zero where the tree does not reach or holds zeroes. For callers on a thread that may wait.</summary>
    public BlockId IdOf(int level, long number)
    {
        var at = Shape.Depth;
        if (level > at || number >= Shape.Nodes(level)) return BlockId.Zero;
        var id = tree.Root;
        for (; at > level && !id.IsZero; at--) id = Slot(pages.Read(id), SlotOf(number, at - 1 - level));
        return id;
    }

    /// <summary>Ids of 256 neighbouring nodes of a level as they stand in their page; null: all zero.</summary>
    public byte[]? Page(int level, long number) => IdOf(level, number) is var id && id.IsZero ? null : pages.Read(id);

    /// <summary>Every leaf page in order; runs of zero leaves come as one, without a page.</summary>
    public async IAsyncEnumerable<(long FirstBlock, long Count, byte[]? Page)> LeavesAsync([EnumeratorCancellation] CancellationToken ct)
    {
        var leaf = 0L;
        while (leaf < Shape.Leaves)
        {
            var (level, id) = (Shape.Depth, tree.Root);
            for (; level > 1 && !id.IsZero; level--) id = Slot(await pages.ReadAsync(id, ct).ConfigureAwait(false), SlotOf(leaf, level - 2));
            // Where a subtree is zero, all of it is told at once: the walk stopped at its top.
            var first = id.IsZero ? leaf & -TreeShape.Span(level - 1) : leaf;
            var next = id.IsZero ? first + TreeShape.Span(level - 1) : leaf + 1;
            var firstBlock = leaf * TreeShape.Fan;
            var count = Math.Min(next * TreeShape.Fan, Shape.Blocks) - firstBlock;
            yield return (firstBlock, count, id.IsZero ? null : await pages.ReadAsync(id, ct).ConfigureAwait(false));
            leaf = next;
        }
    }

    public static BlockId Slot(ReadOnlySpan<byte> page, int slot) => BlockId.Read(page[(slot * BlockId.Size)..]);

    /// <summary>Slot on the way down to <paramref name="number"/>, in a page whose slots each span 256^<paramref name="below"/> of it.</summary>
    private static int SlotOf(long number, int below) => (int)((number >> (8 * below)) & 255);
}
