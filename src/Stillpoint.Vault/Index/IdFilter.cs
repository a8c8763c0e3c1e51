using System.Buffers.Binary;

namespace Stillpoint.Vault.Index;

/// <summary>Split-block Bloom filter over ids. Ids are uniformly random, so their own bits serve as its hashes.</summary>
internal static class IdFilter
{
    private const int BlockSize = 32;

    public static int SizeFor(int ids) => Math.Max(1, (int)(((long)ids * IndexFormat.FilterBitsPerId + 255) / 256)) * BlockSize;

    public static void Add(Span<byte> filter, BlockId id)
    {
        var block = BlockOf(filter, id);
        for (var i = 0; i < 8; i++)
        {
            var word = block.Slice(4 * i, 4);
            BinaryPrimitives.WriteUInt32LittleEndian(word, BinaryPrimitives.ReadUInt32LittleEndian(word) | 1u << (int)((id.B >> (5 * i)) & 31));
        }
    }

    public static bool MayContain(ReadOnlySpan<byte> filter, BlockId id)
    {
        if (filter.IsEmpty) return true;
        var at = StartOf(filter.Length, id);
        for (var i = 0; i < 8; i++)
            if ((BinaryPrimitives.ReadUInt32LittleEndian(filter[(at + 4 * i)..]) >> (int)((id.B >> (5 * i)) & 31) & 1) == 0)
                return false;
        return true;
    }

    private static Span<byte> BlockOf(Span<byte> filter, BlockId id) => filter.Slice(StartOf(filter.Length, id), BlockSize);

    private static int StartOf(int filterLength, BlockId id) => (int)((id.A >> 32) * (ulong)(filterLength / BlockSize) >> 32) * BlockSize;
}
