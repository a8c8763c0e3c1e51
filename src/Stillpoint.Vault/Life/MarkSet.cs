using System.Numerics;
using Stillpoint.Vault.Index;

namespace Stillpoint.Vault.Life;

/// <summary>Which entries of the index are live: a bit each, so some 1 MiB per TiB of unique data.</summary>
internal sealed class MarkSet
{
    private readonly Dictionary<BlockId, ulong[]> _bits = [];

    public long Count => _bits.Values.Sum(bits => bits.Sum(b => (long)BitOperations.PopCount(b)));

    public void Clear() => _bits.Clear();

    /// <returns>True if it was not set before.</returns>
    public bool Set(IndexSegment segment, int chunk, int entry)
    {
        var bits = BitsOf(segment);
        var at = (long)chunk * IndexFormat.ChunkEntries + entry;
        var bit = 1UL << (int)(at & 63);
        var news = (bits[at >> 6] & bit) == 0;
        bits[at >> 6] |= bit;
        return news;
    }

    public void Unset(IndexSegment segment, int chunk, int entry)
    {
        var at = (long)chunk * IndexFormat.ChunkEntries + entry;
        BitsOf(segment)[at >> 6] &= ~(1UL << (int)(at & 63));
    }

    public bool Has(IndexSegment segment, int chunk, int entry)
    {
        var at = (long)chunk * IndexFormat.ChunkEntries + entry;
        return _bits.TryGetValue(segment.Name, out var bits) && (bits[at >> 6] >> (int)(at & 63) & 1) != 0;
    }

    public void SetAll(IndexSegment segment) => BitsOf(segment).AsSpan().Fill(ulong.MaxValue);

    private ulong[] BitsOf(IndexSegment segment)
    {
        if (!_bits.TryGetValue(segment.Name, out var bits))
            _bits.Add(segment.Name, bits = new ulong[((long)segment.ChunkCount * IndexFormat.ChunkEntries + 63) / 64]);
        return bits;
    }
}
