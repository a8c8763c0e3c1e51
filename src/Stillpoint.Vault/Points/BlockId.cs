using System.Buffers.Binary;

namespace Stillpoint.Vault;

/// <summary>HMAC-SHA-256 over kind and plain bytes. All zero stands for a block (or subtree) of zeroes, which is never stored.</summary>
public readonly record struct BlockId(ulong A, ulong B, ulong C, ulong D) : IComparable<BlockId>
{
    public const int Size = 32;

    public static readonly BlockId Zero;

    /// <summary>Ids are uniformly random: any of their bits are a good hash.</summary>
    public override int GetHashCode() => (int)A;

    public bool IsZero => (A | B | C | D) == 0;

    public static BlockId Read(ReadOnlySpan<byte> bytes) => new(
        BinaryPrimitives.ReadUInt64BigEndian(bytes),
        BinaryPrimitives.ReadUInt64BigEndian(bytes[8..]),
        BinaryPrimitives.ReadUInt64BigEndian(bytes[16..]),
        BinaryPrimitives.ReadUInt64BigEndian(bytes[24..]));

    public void CopyTo(Span<byte> bytes)
    {
        BinaryPrimitives.WriteUInt64BigEndian(bytes, A);
        BinaryPrimitives.WriteUInt64BigEndian(bytes[8..], B);
        BinaryPrimitives.WriteUInt64BigEndian(bytes[16..], C);
        BinaryPrimitives.WriteUInt64BigEndian(bytes[24..], D);
    }

    public string ToHex()
    {
        Span<byte> bytes = stackalloc byte[Size];
        CopyTo(bytes);
        return Convert.ToHexStringLower(bytes);
    }

    /// <summary>64 hex digits in lower case, as in object names.</summary>
    public static bool TryParseHex(ReadOnlySpan<char> text, out BlockId id)
    {
        Span<byte> bytes = stackalloc byte[Size];
        id = default;
        if (text.Length != 2 * Size || text.ContainsAnyExcept("0123456789abcdef")) return false;
        Convert.FromHexString(text, bytes, out _, out _);
        id = Read(bytes);
        return true;
    }

    public int CompareTo(BlockId other)
    {
        var c = A.CompareTo(other.A);
        if (c == 0) c = B.CompareTo(other.B);
        if (c == 0) c = C.CompareTo(other.C);
        return c != 0 ? c : D.CompareTo(other.D);
    }
}
