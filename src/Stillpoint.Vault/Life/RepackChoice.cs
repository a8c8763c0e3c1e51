using Stillpoint.Vault.Packs;

namespace Stillpoint.Vault.Life;

/// <summary>Which packs are worth storing again: half dead, or with damage in what is dead, or small ones that have become many.</summary>
internal static class RepackChoice
{
    private const int SmallOnes = 8;
    private const long SmallData = 2 << 20, SmallPages = 512 << 10;

    /// <summary>Of one round: bounds the space needed before the old ones go, and the memory of the list.</summary>
    private const long MostBytes = 512L << 20;
    private const int MostEntries = 128 * 1024;

    public static IReadOnlySet<BlockId> Of(PackLedger ledger, DateTimeOffset protectFrom)
    {
        var able = ledger.Packs.Where(p => p.Value is { IsThere: true, IsDead: false, LiveDamage: 0 } && p.Value.Written < protectFrom).ToList();
        var chosen = able.Where(p => p.Value.DeadDamage > 0 || p.Value.LiveBytes * 2 <= p.Value.EntryBytes).ToHashSet();
        foreach (var small in able.Where(p => p.Value.StoredBytes < (p.Value.Kind == PackKind.Data ? SmallData : SmallPages)).GroupBy(p => p.Value.Kind))
            if (small.Count() >= SmallOnes) chosen.UnionWith(small);
        var (packs, bytes, entries) = (new HashSet<BlockId>(), 0L, 0);
        foreach (var (name, state) in chosen.OrderByDescending(p => p.Value.DeadDamage > 0).ThenBy(p => p.Value.LiveBytes).ThenBy(p => p.Key))
        {
            if (packs.Count > 0 && (bytes + state.LiveBytes > MostBytes || entries + state.LiveEntries > MostEntries)) break;
            packs.Add(name);
            (bytes, entries) = (bytes + state.LiveBytes, entries + state.LiveEntries);
        }
        return packs;
    }
}
