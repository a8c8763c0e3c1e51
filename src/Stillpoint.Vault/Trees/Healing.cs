using Stillpoint.Vault.Points;

namespace Stillpoint.Vault.Trees;

/// <summary>Finds the blocks of a base tree that a verification found damaged and that no other place holds.</summary>
internal static class Healing
{
    /// <summary>Walks the base's pages only if anything is known to be damaged, which is rare. For callers on a thread that may wait.</summary>
    public static IReadOnlyList<long> BlocksToHeal(VaultParts parts, TreeInfo @base)
    {
        if (parts.Index.Exclusions.DamagedEntries.Count == 0) return [];
        var lost = parts.Index.Exclusions.DamagedEntries.Select(e => e.Id).Where(id => !id.IsZero && parts.Index.FindLive(id) is null).ToHashSet();
        if (lost.Count == 0) return [];
        return FindAsync(parts, @base, lost).GetAwaiter().GetResult();
    }

    private static async Task<IReadOnlyList<long>> FindAsync(VaultParts parts, TreeInfo tree, HashSet<BlockId> lost)
    {
        var found = new List<long>();
        var pages = new TreePages(parts.Pages, tree, parts.Header.BlockSize);
        await foreach (var (first, count, page) in pages.LeavesAsync(CancellationToken.None).ConfigureAwait(false))
            for (var i = 0; page is not null && i < count; i++)
                if (lost.Contains(TreePages.Slot(page, i))) found.Add(first + i);
        return found;
    }
}
