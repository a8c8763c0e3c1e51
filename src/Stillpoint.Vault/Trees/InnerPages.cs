using Stillpoint.Vault.Packs;
using Stillpoint.Vault.Points;

namespace Stillpoint.Vault.Trees;

/// <summary>Stores the pages above changed leaves, level by level; everything else keeps the base's pages.</summary>
internal static class InnerPages
{
    /// <param name="changed">New ids of leaf pages by number.</param>
    /// <returns>The root.</returns>
    public static BlockId Store(BlockSink sink, BaseTree? @base, TreeShape shape, Dictionary<long, BlockId> changed)
    {
        if (shape.Blocks == 0) return BlockId.Zero;
        var shrunk = @base is not null && @base.Shape.Blocks > shape.Blocks;
        for (var level = 2; level <= shape.Depth; level++)
        {
            var above = changed.Keys.Select(n => n / TreeShape.Fan).ToHashSet();
            // Pages at the new end lose slots; a tree that grew deeper than its base has new pages over it.
            if (shrunk) above.Add(shape.Nodes(level) - 1);
            if (@base is not null && level > @base.Shape.Depth) above.Add(0);
            var next = new Dictionary<long, BlockId>(above.Count);
            foreach (var number in above.Order()) next[number] = Compose(sink, @base, shape, level, number, changed);
            changed = next;
        }
        return changed.TryGetValue(0, out var root) ? root : @base?.IdOf(shape.Depth, 0) ?? BlockId.Zero;
    }

    private static BlockId Compose(BlockSink sink, BaseTree? @base, TreeShape shape, int level, long number, Dictionary<long, BlockId> below)
    {
        var page = new byte[PackFormat.PageSize];
        var first = number * TreeShape.Fan;
        var count = (int)Math.Min(TreeShape.Fan, shape.Nodes(level - 1) - first);
        var old = level <= @base?.Shape.Depth ? @base.Page(level, number) : null;
        for (var slot = 0; slot < count; slot++)
        {
            var id = below.TryGetValue(first + slot, out var fresh) ? fresh
                : old is not null ? TreePages.Slot(old, slot)
                : @base?.IdOf(level - 1, first + slot) ?? BlockId.Zero;
            id.CopyTo(page.AsSpan(slot * BlockId.Size));
        }
        return sink.PutPage(page);
    }
}
