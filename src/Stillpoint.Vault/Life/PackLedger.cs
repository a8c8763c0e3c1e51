using Stillpoint.Vault.Checks;
using Stillpoint.Vault.Index;
using Stillpoint.Vault.Packs;
using Stillpoint.Vault.Points;
using Stillpoint.Vault.Stores;

namespace Stillpoint.Vault.Life;

/// <summary>A pack as collection sees it.</summary>
internal sealed class PackState(PackKind kind)
{
    public PackKind Kind => kind;

    /// <summary>Length of the object; zero if the store has none.</summary>
    public long StoredBytes { get; set; }

    /// <summary>By the store's clock.</summary>
    public DateTimeOffset Written { get; set; }

    public long LiveBytes { get; set; }

    public int LiveEntries { get; set; }

    /// <summary>Of all entries the index knows.</summary>
    public long EntryBytes { get; set; }

    /// <summary>Some segment names it. One that none names is left over from a writer that died, unless a segment is lost.</summary>
    public bool IsIndexed { get; set; }

    /// <summary>Entries (or the footer) known to be damaged that nothing needs any more.</summary>
    public int DeadDamage { get; set; }

    /// <summary>Damaged entries that are the only place of something live.</summary>
    public int LiveDamage { get; set; }

    public bool IsThere => StoredBytes > 0;

    public bool IsDead => LiveEntries == 0;
}

/// <summary>All packs of the store or the index. Some 150 bytes each.</summary>
internal sealed class PackLedger
{
    private readonly Dictionary<BlockId, PackState> _packs = [];

    public IReadOnlyDictionary<BlockId, PackState> Packs => _packs;

    public static async Task<PackLedger> ListAsync(IBlobStore store, CancellationToken ct)
    {
        var ledger = new PackLedger();
        foreach (var kind in new[] { PackKind.Data, PackKind.Pages })
        {
            await foreach (var blob in store.ListAsync(PackFormat.FolderOf(kind), ct).ConfigureAwait(false))
            {
                if (!BlockId.TryParseHex(blob.Name.AsSpan(blob.Name.LastIndexOf('/') + 1), out var name) || blob.Name != PackFormat.NameOf(kind, name)) continue; // not ours
                ledger._packs[name] = new(kind) { StoredBytes = blob.Length, Written = blob.Written };
            }
        }
        return ledger;
    }

    /// <summary>Counts the marked entries of every pack.</summary>
    public async Task CountAsync(VaultParts parts, IndexView view, MarkSet marks, CancellationToken ct)
    {
        foreach (var (pack, id) in view.Exclusions.DamagedEntries)
            if (_packs.TryGetValue(pack, out var state)) state.DeadDamage++;
        foreach (var pack in view.Segments.SelectMany(s => s.Packs))
        {
            if (!_packs.TryGetValue(pack.Name, out var state)) _packs.Add(pack.Name, state = new(pack.Kind));
            state.IsIndexed = true;
        }
        await IndexWalk.RunAsync(parts, view.Segments, (segment, chunk, i, place) =>
        {
            var name = place.Pack.Name;
            var state = _packs[name];
            state.EntryBytes += place.Entry.StoredLength;
            if (!marks.Has(segment, chunk, i)) return;
            state.LiveEntries++;
            state.LiveBytes += place.Entry.StoredLength;
            if (!view.Exclusions.DamagedEntries.Contains((name, place.Entry.Id))) return;
            state.DeadDamage--;
            state.LiveDamage++;
        }, ct).ConfigureAwait(false);
    }
}

/// <summary>Every entry of some segments, in the order in which they lie.</summary>
internal static class IndexWalk
{
    public static async Task RunAsync(VaultParts parts, IEnumerable<IndexSegment> segments, Action<IndexSegment, int, int, Place> visit, CancellationToken ct)
    {
        foreach (var segment in segments)
        {
            for (var c = 0; c < segment.ChunkCount; c++)
            {
                var chunk = await segment.ReadChunkAsync(parts.Store, c, ct).ConfigureAwait(false) ?? throw Damage.Of(segment.Blob.Name, "gone while garbage is collected");
                for (var i = 0; i < chunk.Count; i++) visit(segment, c, i, chunk[i]);
            }
        }
    }
}
