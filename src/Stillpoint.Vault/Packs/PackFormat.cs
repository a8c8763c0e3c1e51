using System.Buffers.Binary;

namespace Stillpoint.Vault.Packs;

internal enum PackKind : byte
{
    Data = 1,
    Pages = 2,
}

internal enum EntryKind : byte
{
    Data = 1,
    Page = 2,
    Configuration = 3,
}

internal enum Codec : byte
{
    Raw = 0,
    Zstd = 1,
    Delta = 2,
}

/// <summary>A pack as far as it must be known to open entries of it.</summary>
internal sealed record PackRef(BlockId Name, ReadOnlyMemory<byte> Salt, long Length, PackKind Kind)
{
    public string ObjectName => PackFormat.NameOf(Kind, Name);
}

/// <param name="StoredLength">With its tag.</param>
/// <param name="Base">Zero unless the codec is delta.</param>
internal readonly record struct PackEntry(
    BlockId Id, uint Offset, uint StoredLength, uint PlainLength, EntryKind Kind, Codec Codec, ushort Ordinal, BlockId Base);

internal readonly record struct Place(PackRef Pack, PackEntry Entry);

/// <summary>Offsets and limits of docs/formats/pack.md.</summary>
internal static class PackFormat
{
    public const int HeaderSize = 64, TrailerSize = 16, TagSize = 16, EntrySize = 44, AadSize = 72;
    public const int MaxPack = 64 << 20;
    public const int MaxEntries = 65536;
    public const int PageSize = 8192;

    public static ReadOnlySpan<byte> Magic => "SPNTPACK"u8;

    public static ReadOnlySpan<byte> EndMagic => "SPNTPKND"u8;

    public static string FolderOf(PackKind kind) => kind == PackKind.Data ? "packs/" : "pages/";

    public static string NameOf(PackKind kind, BlockId name)
    {
        var hex = name.ToHex();
        return $"{FolderOf(kind)}{hex[..2]}/{hex}";
    }

    public static void WriteNonce(Span<byte> nonce, uint purpose, ulong ordinal)
    {
        BinaryPrimitives.WriteUInt32LittleEndian(nonce, purpose);
        BinaryPrimitives.WriteUInt64LittleEndian(nonce[4..], ordinal);
    }

    public static void WriteAad(Span<byte> aad, EntryKind kind, Codec codec, uint plainLength, BlockId id, BlockId @base)
    {
        BinaryPrimitives.WriteUInt16LittleEndian(aad, 1);
        aad[2] = (byte)kind;
        aad[3] = (byte)codec;
        BinaryPrimitives.WriteUInt32LittleEndian(aad[4..], plainLength);
        id.CopyTo(aad[8..]);
        @base.CopyTo(aad[40..]);
    }
}
