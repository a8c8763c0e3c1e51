using System.Buffers.Binary;
using System.Security.Cryptography;
using Stillpoint.Vault.Keys;
using Stillpoint.Vault.Packs;

namespace Stillpoint.Vault.Index;

/// <summary>Makes the bytes of an index segment: docs/formats/index.md.</summary>
internal static class SegmentWriter
{
    public static byte[] Build(Keyring keys, IReadOnlyList<(PackRef Pack, IReadOnlyList<PackEntry> Entries)> packs, IReadOnlyCollection<BlockId> superseded)
    {
        var rows = new List<(int Pack, PackEntry Entry)>();
        for (var p = 0; p < packs.Count; p++)
            foreach (var entry in packs[p].Entries) rows.Add((p, entry));
        rows.Sort(static (a, b) => a.Entry.Id.CompareTo(b.Entry.Id) is var c && c != 0 ? c : a.Pack.CompareTo(b.Pack));
        var chunks = (rows.Count + IndexFormat.ChunkEntries - 1) / IndexFormat.ChunkEntries;
        var filterSize = IdFilter.SizeFor(rows.Count);
        var directory = new byte[IndexFormat.DirectoryHead + chunks * IndexFormat.ChunkRow + packs.Count * IndexFormat.PackRow
            + superseded.Count * BlockId.Size + filterSize];
        var deltas = rows.Count(r => r.Entry.Codec == Codec.Delta);
        var bytes = new byte[IndexFormat.HeaderSize + rows.Count * (BlockId.Size + IndexFormat.PlaceSize) + deltas * BlockId.Size
            + chunks * IndexFormat.TagSize + directory.Length + IndexFormat.TagSize + IndexFormat.TrailerSize];
        WriteHeader(bytes, keys);
        using var cipher = keys.Cipher(bytes.AsSpan(32, 32), "stillpoint/v1/index"u8);
        var table = directory.AsSpan(IndexFormat.DirectoryHead);
        var at = IndexFormat.HeaderSize;
        for (var c = 0; c < chunks; c++, table = table[IndexFormat.ChunkRow..])
        {
            var chunk = rows.GetRange(c * IndexFormat.ChunkEntries, Math.Min(IndexFormat.ChunkEntries, rows.Count - c * IndexFormat.ChunkEntries));
            var length = WriteChunk(bytes.AsSpan(at), chunk);
            Seal(cipher, 0, (ulong)c, bytes.AsSpan(at, length), bytes.AsSpan(at + length, IndexFormat.TagSize), bytes.AsSpan(0, IndexFormat.HeaderSize));
            chunk[0].Entry.Id.CopyTo(table);
            BinaryPrimitives.WriteUInt64LittleEndian(table[32..], (ulong)at);
            BinaryPrimitives.WriteUInt32LittleEndian(table[40..], (uint)(length + IndexFormat.TagSize));
            BinaryPrimitives.WriteUInt32LittleEndian(table[44..], (uint)chunk.Count);
            at += length + IndexFormat.TagSize;
        }
        WriteDirectory(directory, rows, chunks, packs, superseded, filterSize);
        directory.CopyTo(bytes, at);
        var trailer = bytes.AsSpan(^IndexFormat.TrailerSize..);
        BinaryPrimitives.WriteUInt32LittleEndian(trailer, (uint)(directory.Length + IndexFormat.TagSize));
        IndexFormat.EndMagic.CopyTo(trailer[8..]);
        Seal(cipher, 1, 0, bytes.AsSpan(at, directory.Length), bytes.AsSpan(at + directory.Length, IndexFormat.TagSize),
            [.. bytes.AsSpan(0, IndexFormat.HeaderSize), .. trailer]);
        return bytes;
    }

    private static void WriteHeader(Span<byte> bytes, Keyring keys)
    {
        IndexFormat.Magic.CopyTo(bytes);
        BinaryPrimitives.WriteUInt16LittleEndian(bytes[8..], 1);
        bytes.Slice(10, 3).Fill(1);
        keys.VaultIdBytes.CopyTo(bytes[16..]);
        RandomNumberGenerator.Fill(bytes.Slice(32, 32));
    }

    private static int WriteChunk(Span<byte> target, List<(int Pack, PackEntry Entry)> rows)
    {
        var places = target[(rows.Count * BlockId.Size)..];
        var bases = places[(rows.Count * IndexFormat.PlaceSize)..];
        var baseCount = 0;
        for (var i = 0; i < rows.Count; i++)
        {
            var (pack, e) = rows[i];
            e.Id.CopyTo(target[(i * BlockId.Size)..]);
            var place = places[(i * IndexFormat.PlaceSize)..];
            BinaryPrimitives.WriteUInt32LittleEndian(place, (uint)pack);
            BinaryPrimitives.WriteUInt32LittleEndian(place[4..], e.Offset);
            BinaryPrimitives.WriteUInt32LittleEndian(place[8..], e.StoredLength);
            BinaryPrimitives.WriteUInt32LittleEndian(place[12..], e.PlainLength);
            place[16] = (byte)e.Kind;
            place[17] = (byte)e.Codec;
            BinaryPrimitives.WriteUInt16LittleEndian(place[18..], e.Ordinal);
            if (e.Codec == Codec.Delta) e.Base.CopyTo(bases[(BlockId.Size * baseCount++)..]);
        }
        return rows.Count * (BlockId.Size + IndexFormat.PlaceSize) + baseCount * BlockId.Size;
    }

    private static void WriteDirectory(
        Span<byte> directory, List<(int Pack, PackEntry Entry)> rows, int chunks,
        IReadOnlyList<(PackRef Pack, IReadOnlyList<PackEntry> Entries)> packs, IReadOnlyCollection<BlockId> superseded, int filterSize)
    {
        BinaryPrimitives.WriteUInt64LittleEndian(directory, (ulong)rows.Count);
        BinaryPrimitives.WriteUInt32LittleEndian(directory[8..], (uint)chunks);
        BinaryPrimitives.WriteUInt32LittleEndian(directory[12..], (uint)packs.Count);
        BinaryPrimitives.WriteUInt32LittleEndian(directory[16..], (uint)superseded.Count);
        BinaryPrimitives.WriteUInt32LittleEndian(directory[20..], (uint)filterSize);
        var at = directory[(IndexFormat.DirectoryHead + chunks * IndexFormat.ChunkRow)..];
        foreach (var (pack, _) in packs)
        {
            pack.Name.CopyTo(at);
            pack.Salt.Span.CopyTo(at[32..]);
            BinaryPrimitives.WriteUInt64LittleEndian(at[64..], (ulong)pack.Length);
            at[72] = (byte)pack.Kind;
            at = at[IndexFormat.PackRow..];
        }
        foreach (var name in superseded)
        {
            name.CopyTo(at);
            at = at[BlockId.Size..];
        }
        foreach (var (_, entry) in rows) IdFilter.Add(at, entry.Id);
    }

    private static void Seal(AesGcm cipher, uint purpose, ulong ordinal, Span<byte> bytes, Span<byte> tag, ReadOnlySpan<byte> aad)
    {
        Span<byte> nonce = stackalloc byte[12];
        PackFormat.WriteNonce(nonce, purpose, ordinal);
        cipher.Encrypt(nonce, bytes, bytes, tag, aad);
    }
}
