using Stillpoint.Model;
using Stillpoint.Vault.Index;
using Stillpoint.Vault.Packs;
using Stillpoint.Vault.Points;
using Stillpoint.Vault.Trees;

namespace Stillpoint.Vault.Life;

/// <summary>
/// Marks what trees refer to, reading pages only. A subtree whose page is marked is not walked again, so the work follows unique pages. Ids are gathered
/// and looked up in order: each part of the index is read once per batch. One place per id is marked; the entries of the others are dead.
/// </summary>
internal sealed class Marker(VaultParts parts, IndexView view, MarkSet marks, HashSet<BlockId> lost)
{
    /// <summary>Ids gathered before they are looked up: 32 MiB, and as much again for the bases of deltas. More would read the index less often.</summary>
    private const int Batch = 1 << 20;
    private readonly HashSet<BlockId> _known = [.. view.Exclusions.DamagedEntries.Select(e => e.Id)];
    private readonly List<BlockId> _data = [];
    private readonly Dictionary<BlockId, bool> _there = [];

    /// <exception cref="FailureException">VaultDamaged: something cannot be found, or a page not read, and no verification has recorded that. Then it cannot be known what is needed.</exception>
    public async Task AddAsync(TreeInfo tree, CancellationToken ct)
    {
        var level = new TreeShape(tree.SizeBytes, parts.Header.BlockSize).Depth;
        List<BlockId> front = tree.Root.IsZero ? [] : [tree.Root];
        for (; level > 0 && front.Count > 0; level--)
        {
            var below = level > 1 ? new List<BlockId>() : _data;
            var news = new List<BlockId>();
            await MarkAsync(front, wholeOnly: false, ct, news).ConfigureAwait(false);
            foreach (var id in news)
            {
                if (await TryReadAsync(id, ct).ConfigureAwait(false) is { } page) AddSlots(page, below);
                if (level == 1 && _data.Count >= Batch) await FlushAsync(ct).ConfigureAwait(false);
            }
            front = below;
        }
    }

    /// <summary>Marks the blocks gathered so far. To be called at the end.</summary>
    public async Task FlushAsync(CancellationToken ct)
    {
        var bases = new List<BlockId>();
        await MarkAsync(_data, wholeOnly: false, ct, bases: bases).ConfigureAwait(false);
        // A live delta keeps its base alive, in a place that is no delta itself.
        await MarkAsync(bases, wholeOnly: true, ct).ConfigureAwait(false);
        _data.Clear();
    }

    private static void AddSlots(byte[] page, List<BlockId> to)
    {
        for (var slot = 0; slot < TreeShape.Fan; slot++)
            if (TreePages.Slot(page, slot) is var id && !id.IsZero) to.Add(id);
    }

    /// <param name="news">Gets the ids that were not marked before.</param>
    private async Task MarkAsync(List<BlockId> ids, bool wholeOnly, CancellationToken ct, List<BlockId>? news = null, List<BlockId>? bases = null)
    {
        ids.Sort();
        for (var i = 0; i < ids.Count; i++)
        {
            if (i > 0 && ids[i] == ids[i - 1]) continue;
            if (await BestAsync(ids[i], wholeOnly, ct).ConfigureAwait(false) is not { } best)
            {
                // Unless a verification found it so, the index may just lack a segment: then any pack might be needed.
                if (!_known.Contains(ids[i])) throw Lost(ids[i]);
                lost.Add(ids[i]);
                continue;
            }
            if (view.Exclusions.DamagedEntries.Contains((best.Place.Pack.Name, ids[i]))) lost.Add(ids[i]);
            if (!marks.Set(best.Segment, best.Chunk, best.Entry)) continue;
            news?.Add(ids[i]);
            if (best.Place.Entry.Codec == Codec.Delta) bases?.Add(best.Place.Entry.Base);
        }
    }

    private async ValueTask<(IndexSegment Segment, int Chunk, int Entry, Place Place)?> BestAsync(BlockId id, bool wholeOnly, CancellationToken ct)
    {
        (IndexSegment Segment, int Chunk, int Entry, Place Place)? best = null;
        foreach (var segment in view.Segments)
        {
            if (!segment.MayContain(id)) continue;
            var range = segment.ChunksFor(id);
            for (var c = range.Start.Value; c < range.End.Value; c++)
            {
                var chunk = await parts.Index.ChunkAsync(segment, c, ct).ConfigureAwait(false) ?? throw Damage.Of(segment.Blob.Name, "gone while garbage is collected");
                for (var i = chunk.FirstOf(id); i < chunk.Count && chunk.IdAt(i) == id; i++)
                {
                    var found = (segment, c, i, chunk[i]);
                    if (wholeOnly && found.Item4.Entry.Codec == Codec.Delta) continue;
                    // Of two places one may be in a pack that is gone (a writer slept while it was collected): marked, the other one would be dead.
                    if (best is null || await IsBetterAsync(found, best.Value, ct).ConfigureAwait(false)) best = found;
                }
            }
        }
        return best;
    }

    private async ValueTask<bool> IsBetterAsync(
        (IndexSegment Segment, int Chunk, int Entry, Place Place) a, (IndexSegment Segment, int Chunk, int Entry, Place Place) b, CancellationToken ct)
    {
        var isThere = await IsThereAsync(a.Place.Pack, ct).ConfigureAwait(false);
        return isThere == await IsThereAsync(b.Place.Pack, ct).ConfigureAwait(false) ? Compare(a, b) < 0 : isThere;
    }

    private async ValueTask<bool> IsThereAsync(PackRef pack, CancellationToken ct)
    {
        if (!_there.TryGetValue(pack.Name, out var known))
            _there[pack.Name] = known = await parts.Store.FindAsync(pack.ObjectName, ct).ConfigureAwait(false) is not null;
        return known;
    }

    private static FailureException Lost(BlockId id) => new(Failure.Of(
        FailureCode.VaultDamaged, Stage.Vault, ("object", IndexFormat.Folder.TrimEnd('/')), ("block", id.ToHex())).With(new("index", "no segment knows this id")));

    /// <summary>The usable before the excluded, whole before delta, then what is marked already, then any fixed order.</summary>
    private int Compare((IndexSegment Segment, int Chunk, int Entry, Place Place) a, (IndexSegment Segment, int Chunk, int Entry, Place Place) b)
    {
        var c = view.Exclusions.CostOf(a.Place).CompareTo(view.Exclusions.CostOf(b.Place));
        if (c == 0) c = (marks.Has(b.Segment, b.Chunk, b.Entry) ? 1 : 0).CompareTo(marks.Has(a.Segment, a.Chunk, a.Entry) ? 1 : 0);
        return c != 0 ? c : a.Place.Pack.Name.CompareTo(b.Place.Pack.Name);
    }

    /// <returns>Null: known to be lost. Nobody can come to what only this page named.</returns>
    private async ValueTask<byte[]?> TryReadAsync(BlockId id, CancellationToken ct)
    {
        try
        {
            return await parts.Pages.ReadAsync(id, ct).ConfigureAwait(false);
        }
        catch (FailureException e) when (e.Failure.Code == FailureCode.VaultDamaged && _known.Contains(id))
        {
            return null;
        }
    }
}
