namespace Stillpoint.Vault.Index;

/// <summary>Sizes of docs/formats/index.md.</summary>
internal static class IndexFormat
{
    public const string Folder = "index/";
    public const int HeaderSize = 64, TrailerSize = 16, TagSize = 16, PlaceSize = 20, ChunkEntries = 512, ChunkRow = 48, PackRow = 80, DirectoryHead = 24;

    /// <summary>Bound of a directory in memory; some 10 million entries.</summary>
    public const int MaxDirectory = 64 << 20;

    public const int FilterBitsPerId = 12;

    public static ReadOnlySpan<byte> Magic => "SPNTINDX"u8;

    public static ReadOnlySpan<byte> EndMagic => "SPNTIXND"u8;
}
