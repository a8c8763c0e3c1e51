using System.Security.Cryptography;
using Stillpoint.Vault.Index;
using Stillpoint.Vault.Packs;
using Stillpoint.Vault.Points;

namespace Stillpoint.Vault.Life;

/// <summary>
/// Replaces index segments: those that name packs which are about to go, and the small ones that every point leaves. A pack's entries stay together in one
/// segment, so that the pack tables of all segments grow with the packs and not with their product. A merged segment is durable before those it replaces go.
/// </summary>
internal static class SegmentMerge
{
    private const int MostEntries = 256 * 1024;
    private const int SmallEntries = 64 * 1024;
    private const int SmallOnes = 8;

    /// <returns>Whether anything was replaced: then marks of the old segments mean nothing any more.</returns>
    public static async Task<bool> RunAsync(VaultParts parts, IReadOnlySet<BlockId> drop, CancellationToken ct)
    {
        await parts.Index.RefreshAsync(ct).ConfigureAwait(false);
        var view = parts.Index.View;
        // What an earlier merge left: gone before the segment that replaced it may be replaced itself.
        foreach (var old in view.Superseded) await parts.Store.DeleteAsync(old.Blob.Name, ct).ConfigureAwait(false);
        var dropping = view.Segments.Where(s => s.Packs.Any(p => drop.Contains(p.Name))).ToList();
        var small = view.Segments.Except(dropping).Where(s => s.EntryCount < SmallEntries).ToList();
        if (small.Count >= SmallOnes || (dropping.Count > 0 && small.Count > 0)) dropping.AddRange(small);
        if (dropping.Count == 0) return false;
        foreach (var group in Groups(dropping)) await ReplaceAsync(parts, group, drop, ct).ConfigureAwait(false);
        await parts.Index.RefreshAsync(ct).ConfigureAwait(false);
        return true;
    }

    private static IEnumerable<List<IndexSegment>> Groups(List<IndexSegment> segments)
    {
        var group = new List<IndexSegment>();
        foreach (var segment in segments.OrderBy(s => s.EntryCount).ThenBy(s => s.Name))
        {
            if (group.Count > 0 && group.Sum(s => s.EntryCount) + segment.EntryCount > MostEntries)
            {
                yield return group;
                group = [];
            }
            group.Add(segment);
        }
        if (group.Count > 0) yield return group;
    }

    private static async Task ReplaceAsync(VaultParts parts, List<IndexSegment> group, IReadOnlySet<BlockId> drop, CancellationToken ct)
    {
        var packs = new Dictionary<BlockId, (PackRef Pack, Dictionary<ushort, PackEntry> Entries)>();
        await IndexWalk.RunAsync(parts, group, (_, _, _, place) =>
        {
            if (drop.Contains(place.Pack.Name)) return;
            if (!packs.TryGetValue(place.Pack.Name, out var found)) packs.Add(place.Pack.Name, found = (place.Pack, []));
            found.Entries[place.Entry.Ordinal] = place.Entry; // two segments may name one pack
        }, ct).ConfigureAwait(false);
        if (packs.Count > 0)
        {
            var old = group.SelectMany(s => s.Superseded.Append(s.Name)).Distinct().ToList();
            var bytes = SegmentWriter.Build(parts.Keys, [.. packs.Values.Select(p => (p.Pack, (IReadOnlyList<PackEntry>)[.. p.Entries.Values]))], old);
            await parts.Store.TryPutAsync(IndexFormat.Folder + Convert.ToHexStringLower(SHA256.HashData(bytes)), [bytes], ct).ConfigureAwait(false);
        }
        foreach (var segment in group) await parts.Store.DeleteAsync(segment.Blob.Name, ct).ConfigureAwait(false);
    }
}
