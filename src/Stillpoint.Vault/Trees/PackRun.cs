using Stillpoint.Vault.Packs;

namespace Stillpoint.Vault.Trees;

/// <summary>A block to be copied and the best place to read it from; null: the index knows none.</summary>
internal readonly record struct WantedBlock(Place? Place, BlockId Id, long Block);

/// <summary>Entries of one pack that lie close together, in their order there: read with one call. An entry may be wanted at several places of the disk.</summary>
internal sealed record PackRun(PackRef? Pack, long Offset, int Length, IReadOnlyList<WantedBlock> Blocks)
{
    /// <summary>Enough for the disk to stream, little enough for every worker to hold one.</summary>
    public const int MaxLength = 4 << 20;

    private const int MaxGap = 64 << 10;

    public static IEnumerable<PackRun> Split(List<WantedBlock> wanted)
    {
        wanted.Sort(Compare);
        for (int from = 0, end; from < wanted.Count; from = end)
        {
            end = from + 1;
            if (wanted[from].Place is not { } first)
            {
                yield return new(null, 0, 0, [wanted[from]]);
                continue;
            }
            long stop = first.Entry.Offset + (long)first.Entry.StoredLength;
            while (end < wanted.Count && wanted[end].Place is { } next && next.Pack.Name == first.Pack.Name && next.Pack.Kind == first.Pack.Kind
                && next.Entry.Offset <= stop + MaxGap && next.Entry.Offset + (long)next.Entry.StoredLength - first.Entry.Offset <= MaxLength)
            {
                stop = Math.Max(stop, next.Entry.Offset + (long)next.Entry.StoredLength);
                end++;
            }
            // A length no entry can have comes from a damaged index: read block by block, where each place is checked by itself.
            var length = stop - first.Entry.Offset;
            yield return length > MaxLength + PackFormat.TagSize
                ? new(null, 0, 0, wanted[from..end])
                : new(first.Pack, first.Entry.Offset, (int)length, wanted[from..end]);
        }
    }

    private static int Compare(WantedBlock a, WantedBlock b)
    {
        if (a.Place is not { } x || b.Place is not { } y) return (a.Place is null ? 0 : 1).CompareTo(b.Place is null ? 0 : 1);
        var c = x.Pack.Name.CompareTo(y.Pack.Name);
        if (c == 0) c = x.Entry.Offset.CompareTo(y.Entry.Offset);
        return c != 0 ? c : a.Block.CompareTo(b.Block);
    }
}
