using System.Buffers.Binary;
using Stillpoint.Vault.Packs;

namespace Stillpoint.Vault.Index;

/// <summary>A decrypted chunk of a segment. Immutable.</summary>
internal sealed class IndexChunk
{
    private readonly IndexSegment _segment;
    private readonly byte[] _bytes;

    private IndexChunk(IndexSegment segment, byte[] bytes, int count) => (_segment, _bytes, Count) = (segment, bytes, count);

    public int Count { get; }

    public int Bytes => _bytes.Length;

    /// <returns>Null: not consistent in itself.</returns>
    public static IndexChunk? Parse(IndexSegment segment, byte[] bytes, int count)
    {
        const int row = BlockId.Size + IndexFormat.PlaceSize;
        if (bytes.Length < count * row) return null;
        var chunk = new IndexChunk(segment, bytes, count);
        var deltas = 0;
        for (var i = 0; i < count; i++)
        {
            var place = chunk.PlaceAt(i);
            if (BinaryPrimitives.ReadUInt32LittleEndian(place) >= segment.Packs.Count || place[16] is 0 or > 3 || place[17] > 2) return null;
            if (place[17] == (byte)Codec.Delta) deltas++;
        }
        return bytes.Length == count * row + deltas * BlockId.Size ? chunk : null;
    }

    /// <summary>Adds every place of the id.</summary>
    public void Find(BlockId id, List<Place> places)
    {
        for (var i = FirstOf(id); i < Count && IdAt(i) == id; i++) places.Add(this[i]);
    }

    /// <summary>Number of the first entry with this id or a greater one.</summary>
    public int FirstOf(BlockId id)
    {
        int low = 0, high = Count;
        while (low < high)
        {
            var middle = (low + high) >>> 1;
            if (IdAt(middle).CompareTo(id) < 0) low = middle + 1;
            else high = middle;
        }
        return low;
    }

    public Place this[int i]
    {
        get
        {
            var p = PlaceAt(i);
            var codec = (Codec)p[17];
            return new(
                _segment.Packs[(int)BinaryPrimitives.ReadUInt32LittleEndian(p)],
                new(
                    IdAt(i), BinaryPrimitives.ReadUInt32LittleEndian(p[4..]), BinaryPrimitives.ReadUInt32LittleEndian(p[8..]),
                    BinaryPrimitives.ReadUInt32LittleEndian(p[12..]), (EntryKind)p[16], codec, BinaryPrimitives.ReadUInt16LittleEndian(p[18..]),
                    codec == Codec.Delta ? BaseOf(i) : BlockId.Zero));
        }
    }

    public BlockId IdAt(int i) => BlockId.Read(_bytes.AsSpan(i * BlockId.Size));

    private ReadOnlySpan<byte> PlaceAt(int i) => _bytes.AsSpan(Count * BlockId.Size + i * IndexFormat.PlaceSize, IndexFormat.PlaceSize);

    private BlockId BaseOf(int i)
    {
        var before = 0;
        for (var j = 0; j < i; j++)
            if (PlaceAt(j)[17] == (byte)Codec.Delta) before++;
        return BlockId.Read(_bytes.AsSpan(Count * (BlockId.Size + IndexFormat.PlaceSize) + before * BlockId.Size));
    }
}
