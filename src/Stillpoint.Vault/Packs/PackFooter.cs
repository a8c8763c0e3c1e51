using System.Buffers.Binary;
using System.Security.Cryptography;
using Stillpoint.Vault.Keys;
using Stillpoint.Vault.Stores;

namespace Stillpoint.Vault.Packs;

/// <summary>Reads a pack's list of entries from its end.</summary>
internal static class PackFooter
{
    /// <exception cref="Model.FailureException">VaultDamaged, VaultFormatNewer.</exception>
    public static async Task<(PackRef Pack, IReadOnlyList<PackEntry> Entries)> ReadAsync(
        IBlobStore store, Keyring keys, PackKind kind, BlobInfo blob, CancellationToken ct)
    {
        if (!BlockId.TryParseHex(blob.Name.AsSpan(blob.Name.LastIndexOf('/') + 1), out var name)) throw Damage.Of(blob.Name, "name of a pack");
        if (blob.Length is < PackFormat.HeaderSize + PackFormat.TrailerSize + PackFormat.TagSize or > PackFormat.MaxPack) throw Damage.Of(blob.Name, "length of a pack");
        var header = await PartAsync(store, blob, 0, PackFormat.HeaderSize, ct).ConfigureAwait(false);
        var trailer = await PartAsync(store, blob, blob.Length - PackFormat.TrailerSize, PackFormat.TrailerSize, ct).ConfigureAwait(false);
        var (start, length) = FindFooter(blob, kind, header, trailer);
        var footer = await PartAsync(store, blob, start, length, ct).ConfigureAwait(false);
        return (new(name, header.AsMemory(32, 32), blob.Length, kind), Open(keys, blob, header, footer, trailer, start));
    }

    /// <summary>The same from a whole pack in memory.</summary>
    public static (PackRef Pack, IReadOnlyList<PackEntry> Entries) Read(Keyring keys, PackKind kind, BlobInfo blob, BlockId name, ReadOnlySpan<byte> bytes)
    {
        if (bytes.Length < PackFormat.HeaderSize + PackFormat.TrailerSize + PackFormat.TagSize) throw Damage.Of(blob.Name, "length of a pack");
        var header = bytes[..PackFormat.HeaderSize].ToArray();
        var trailer = bytes[^PackFormat.TrailerSize..].ToArray();
        var (start, length) = FindFooter(blob, kind, header, trailer);
        return (new(name, header.AsMemory(32, 32), blob.Length, kind), Open(keys, blob, header, bytes.Slice((int)start, length).ToArray(), trailer, start));
    }

    private static (long Start, int Length) FindFooter(BlobInfo blob, PackKind kind, byte[] header, byte[] trailer)
    {
        if (!header.AsSpan().StartsWith(PackFormat.Magic) || !trailer.AsSpan(8).SequenceEqual(PackFormat.EndMagic)) throw Damage.Of(blob.Name, "not a pack");
        if (header[8] != 1 || header[9] != 0 || header.AsSpan(11, 3).IndexOfAnyExcept((byte)1) >= 0) throw Damage.Newer(blob.Name);
        if (header[10] != (byte)kind) throw Damage.Of(blob.Name, "kind of a pack");
        long length = BinaryPrimitives.ReadUInt32LittleEndian(trailer);
        var count = BinaryPrimitives.ReadUInt32LittleEndian(trailer.AsSpan(4));
        var start = blob.Length - PackFormat.TrailerSize - length;
        if (start < PackFormat.HeaderSize || count is 0 or > PackFormat.MaxEntries || length < PackFormat.TagSize + count * PackFormat.EntrySize)
            throw Damage.Of(blob.Name, "length of a footer");
        return (start, (int)length);
    }

    private static PackEntry[] Open(Keyring keys, BlobInfo blob, byte[] header, byte[] footer, byte[] trailer, long end)
    {
        var plain = new byte[footer.Length - PackFormat.TagSize];
        Span<byte> nonce = stackalloc byte[12];
        PackFormat.WriteNonce(nonce, 1, 0);
        try
        {
            using var cipher = keys.PackCipher(header.AsSpan(32, 32));
            cipher.Decrypt(nonce, footer.AsSpan(0, plain.Length), footer.AsSpan(plain.Length), plain, [.. header, .. trailer]);
        }
        catch (AuthenticationTagMismatchException)
        {
            throw Damage.Of(blob.Name, "authentication of a footer");
        }
        return Parse(blob.Name, plain, (int)BinaryPrimitives.ReadUInt32LittleEndian(trailer.AsSpan(4)), end);
    }

    private static PackEntry[] Parse(string name, ReadOnlySpan<byte> footer, int count, long end)
    {
        var entries = new PackEntry[count];
        var bases = footer[(count * PackFormat.EntrySize)..];
        long offset = PackFormat.HeaderSize;
        for (var i = 0; i < count; i++, footer = footer[PackFormat.EntrySize..])
        {
            var stored = BinaryPrimitives.ReadUInt32LittleEndian(footer[32..]);
            var codec = (Codec)footer[41];
            var @base = BlockId.Zero;
            if (codec == Codec.Delta)
            {
                if (bases.Length < BlockId.Size) throw Damage.Of(name, "base ids of a footer");
                @base = BlockId.Read(bases);
                bases = bases[BlockId.Size..];
            }
            if (offset + stored > end) throw Damage.Of(name, "lengths in a footer");
            entries[i] = new(
                BlockId.Read(footer), (uint)offset, stored, BinaryPrimitives.ReadUInt32LittleEndian(footer[36..]), (EntryKind)footer[40], codec, (ushort)i, @base);
            offset += stored;
        }
        return offset == end && bases.IsEmpty ? entries : throw Damage.Of(name, "lengths in a footer");
    }

    private static async Task<byte[]> PartAsync(IBlobStore store, BlobInfo blob, long offset, int length, CancellationToken ct)
    {
        var bytes = new byte[length];
        return await store.ReadAsync(blob.Name, offset, bytes, ct).ConfigureAwait(false) == length ? bytes : throw Damage.Of(blob.Name, "missing or too short");
    }
}
