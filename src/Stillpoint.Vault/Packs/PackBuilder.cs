using System.Buffers.Binary;
using System.Security.Cryptography;
using Stillpoint.Vault.Keys;

namespace Stillpoint.Vault.Packs;

/// <summary>A finished pack, not yet stored: <see cref="Buffer"/>'s first <see cref="BodyLength"/> bytes, then <see cref="Tail"/>.</summary>
internal sealed record SealedPack(PackKind Kind, byte[] Buffer, int BodyLength, byte[] Tail, byte[] Salt, IReadOnlyList<PackEntry> Entries);

/// <summary>
/// Fills one pack in a buffer that belongs to it until <see cref="Finish"/>. Blocks are compressed and encrypted where they will lie: no copy,
/// no allocation per block. For one thread at a time.
/// </summary>
internal sealed class PackBuilder : IDisposable
{
    private readonly byte[] _buffer;
    private readonly byte[] _salt = RandomNumberGenerator.GetBytes(32);
    private readonly AesGcm _cipher;
    private readonly List<PackEntry> _entries = new(512);
    private readonly PackKind _kind;
    private int _at = PackFormat.HeaderSize;

    public PackBuilder(Keyring keys, PackKind kind, byte[] buffer)
    {
        (_kind, _buffer) = (kind, buffer);
        PackFormat.Magic.CopyTo(buffer);
        BinaryPrimitives.WriteUInt16LittleEndian(buffer.AsSpan(8), 1);
        buffer[10] = (byte)kind;
        buffer.AsSpan(11, 3).Fill(1);
        buffer.AsSpan(14, 2).Clear();
        keys.VaultIdBytes.CopyTo(buffer.AsSpan(16));
        _salt.CopyTo(buffer, 32);
        _cipher = keys.PackCipher(_salt);
    }

    public bool IsEmpty => _entries.Count == 0;

    public bool HasRoomFor(int plainLength) => _buffer.Length - _at >= plainLength + PackFormat.TagSize && _entries.Count < PackFormat.MaxEntries;

    /// <param name="prefix">The base block, empty for none.</param>
    /// <returns>What it took in the pack.</returns>
    public int Add(EntryKind kind, BlockId id, ReadOnlySpan<byte> plain, BlockId @base, ReadOnlySpan<byte> prefix, BlockCodec codec)
    {
        var slot = _buffer.AsSpan(_at);
        var (used, length) = codec.Encode(plain, prefix, slot[..plain.Length]);
        if (used != Codec.Delta) @base = BlockId.Zero;
        Span<byte> nonce = stackalloc byte[12];
        Span<byte> aad = stackalloc byte[PackFormat.AadSize];
        PackFormat.WriteNonce(nonce, 0, (ulong)_entries.Count);
        PackFormat.WriteAad(aad, kind, used, (uint)plain.Length, id, @base);
        var body = slot[..length];
        _cipher.Encrypt(nonce, body, body, slot.Slice(length, PackFormat.TagSize), aad);
        var stored = length + PackFormat.TagSize;
        _entries.Add(new(id, (uint)_at, (uint)stored, (uint)plain.Length, kind, used, (ushort)_entries.Count, @base));
        _at += stored;
        return stored;
    }

    public SealedPack Finish()
    {
        var deltas = _entries.Count(e => e.Codec == Codec.Delta);
        var footer = new byte[_entries.Count * PackFormat.EntrySize + deltas * BlockId.Size];
        var at = footer.AsSpan();
        foreach (var e in _entries)
        {
            e.Id.CopyTo(at);
            BinaryPrimitives.WriteUInt32LittleEndian(at[32..], e.StoredLength);
            BinaryPrimitives.WriteUInt32LittleEndian(at[36..], e.PlainLength);
            at[40] = (byte)e.Kind;
            at[41] = (byte)e.Codec;
            at = at[PackFormat.EntrySize..];
        }
        foreach (var e in _entries)
        {
            if (e.Codec != Codec.Delta) continue;
            e.Base.CopyTo(at);
            at = at[BlockId.Size..];
        }
        var tail = new byte[footer.Length + PackFormat.TagSize + PackFormat.TrailerSize];
        var trailer = tail.AsSpan(footer.Length + PackFormat.TagSize);
        BinaryPrimitives.WriteUInt32LittleEndian(trailer, (uint)(footer.Length + PackFormat.TagSize));
        BinaryPrimitives.WriteUInt32LittleEndian(trailer[4..], (uint)_entries.Count);
        PackFormat.EndMagic.CopyTo(trailer[8..]);
        Span<byte> nonce = stackalloc byte[12];
        PackFormat.WriteNonce(nonce, 1, 0);
        Span<byte> aad = stackalloc byte[PackFormat.HeaderSize + PackFormat.TrailerSize];
        _buffer.AsSpan(0, PackFormat.HeaderSize).CopyTo(aad);
        trailer.CopyTo(aad[PackFormat.HeaderSize..]);
        _cipher.Encrypt(nonce, footer, tail.AsSpan(0, footer.Length), tail.AsSpan(footer.Length, PackFormat.TagSize), aad);
        return new(_kind, _buffer, _at, tail, _salt, _entries);
    }

    public void Dispose() => _cipher.Dispose();
}
