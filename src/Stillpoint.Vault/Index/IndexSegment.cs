using System.Buffers.Binary;
using System.Security.Cryptography;
using Stillpoint.Vault.Keys;
using Stillpoint.Vault.Packs;
using Stillpoint.Vault.Stores;

namespace Stillpoint.Vault.Index;

/// <summary>
/// One open segment: its directory (filter, chunk and pack tables) in memory, its chunks read when asked for. Some 13 bytes of memory per entry. Immutable.
/// </summary>
internal sealed class IndexSegment
{
    private readonly byte[] _header;
    private readonly byte[] _directory;
    private readonly int _chunks;
    private readonly PackRef[] _packs;
    private readonly int _filterAt;
    private readonly Keyring _keys;

    private IndexSegment(Keyring keys, BlobInfo blob, BlockId name, byte[] header, byte[] directory)
    {
        (_keys, Blob, Name, _header, _directory) = (keys, blob, name, header, directory);
        ReadOnlySpan<byte> d = directory;
        EntryCount = (long)BinaryPrimitives.ReadUInt64LittleEndian(d);
        long chunks = BinaryPrimitives.ReadUInt32LittleEndian(d[8..]);
        long packs = BinaryPrimitives.ReadUInt32LittleEndian(d[12..]);
        long superseded = BinaryPrimitives.ReadUInt32LittleEndian(d[16..]);
        long filter = BinaryPrimitives.ReadUInt32LittleEndian(d[20..]);
        var length = IndexFormat.DirectoryHead + chunks * IndexFormat.ChunkRow + packs * IndexFormat.PackRow + superseded * BlockId.Size + filter;
        if (length != directory.Length || filter % 32 != 0) throw Damage.Of(blob.Name, "lengths in the directory");
        _chunks = (int)chunks;
        var at = d[(int)(IndexFormat.DirectoryHead + chunks * IndexFormat.ChunkRow)..];
        _packs = new PackRef[packs];
        for (var i = 0; i < packs; i++, at = at[IndexFormat.PackRow..])
            _packs[i] = new(BlockId.Read(at), at.Slice(32, 32).ToArray(), (long)BinaryPrimitives.ReadUInt64LittleEndian(at[64..]), (PackKind)at[72]);
        Superseded = new BlockId[superseded];
        for (var i = 0; i < superseded; i++, at = at[BlockId.Size..]) Superseded[i] = BlockId.Read(at);
        _filterAt = directory.Length - (int)filter;
    }

    public BlobInfo Blob { get; }

    public BlockId Name { get; }

    public long EntryCount { get; }

    public BlockId[] Superseded { get; }

    public IReadOnlyList<PackRef> Packs => _packs;

    public int ChunkCount => _chunks;

    /// <returns>Null: no such object (any more).</returns>
    /// <exception cref="Model.FailureException">VaultDamaged, VaultFormatNewer.</exception>
    public static async Task<IndexSegment?> OpenAsync(IBlobStore store, Keyring keys, BlobInfo blob, CancellationToken ct)
    {
        if (!BlockId.TryParseHex(blob.Name.AsSpan(IndexFormat.Folder.Length), out var name)) throw Damage.Of(blob.Name, "name of a segment");
        const int least = IndexFormat.HeaderSize + IndexFormat.DirectoryHead + IndexFormat.TagSize + IndexFormat.TrailerSize;
        if (blob.Length < least) throw Damage.Of(blob.Name, "length of a segment");
        var header = new byte[IndexFormat.HeaderSize];
        var trailer = new byte[IndexFormat.TrailerSize];
        if (await store.ReadAsync(blob.Name, 0, header, ct).ConfigureAwait(false) is null) return null;
        if (await store.ReadAsync(blob.Name, blob.Length - trailer.Length, trailer, ct).ConfigureAwait(false) is not IndexFormat.TrailerSize) return null;
        if (!header.AsSpan().StartsWith(IndexFormat.Magic) || !trailer.AsSpan(8).SequenceEqual(IndexFormat.EndMagic)) throw Damage.Of(blob.Name, "not an index segment");
        if (header[8] != 1 || header[9] != 0 || header[10] != 1 || header[11] != 1 || header[12] > 1) throw Damage.Newer(blob.Name);
        long length = BinaryPrimitives.ReadUInt32LittleEndian(trailer);
        var start = blob.Length - trailer.Length - length;
        if (start < IndexFormat.HeaderSize || length > IndexFormat.MaxDirectory || length < IndexFormat.DirectoryHead + IndexFormat.TagSize)
            throw Damage.Of(blob.Name, "length of the directory");
        var directory = new byte[length];
        if (await store.ReadAsync(blob.Name, start, directory, ct).ConfigureAwait(false) is not { } n || n != length) return null;
        var plain = new byte[length - IndexFormat.TagSize];
        if (!Open(keys, header, 1, 0, directory, plain, [.. header, .. trailer])) throw Damage.Of(blob.Name, "authentication of the directory");
        return new(keys, blob, name, header, plain);
    }

    public bool MayContain(BlockId id) => IdFilter.MayContain(_directory.AsSpan(_filterAt), id);

    /// <summary>Chunks that may hold the id: equal ids may run over a boundary.</summary>
    public Range ChunksFor(BlockId id)
    {
        int low = 0, high = _chunks;
        while (low < high) // first chunk that begins after all ids smaller than this one
        {
            var middle = (low + high) >>> 1;
            if (FirstId(middle).CompareTo(id) < 0) low = middle + 1;
            else high = middle;
        }
        var end = low;
        while (end < _chunks && FirstId(end).CompareTo(id) == 0) end++;
        return Math.Max(0, low - 1)..end;
    }

    /// <returns>Null: the segment is gone, merged into another.</returns>
    /// <exception cref="Model.FailureException">VaultDamaged.</exception>
    public async ValueTask<IndexChunk?> ReadChunkAsync(IBlobStore store, int chunk, CancellationToken ct)
    {
        var row = _directory.AsMemory(IndexFormat.DirectoryHead + chunk * IndexFormat.ChunkRow, IndexFormat.ChunkRow);
        var offset = BinaryPrimitives.ReadUInt64LittleEndian(row.Span[32..]);
        var length = BinaryPrimitives.ReadUInt32LittleEndian(row.Span[40..]);
        var count = BinaryPrimitives.ReadUInt32LittleEndian(row.Span[44..]);
        const int most = IndexFormat.ChunkEntries * (2 * BlockId.Size + IndexFormat.PlaceSize) + IndexFormat.TagSize;
        if (count is 0 or > IndexFormat.ChunkEntries || length is > most or < IndexFormat.TagSize || offset > (ulong)Blob.Length) throw Damage.Of(Blob.Name, "chunk table");
        var stored = new byte[length];
        if (await store.ReadAsync(Blob.Name, (long)offset, stored, ct).ConfigureAwait(false) is not { } n) return null;
        if (n != length) throw Damage.Of(Blob.Name, "too short");
        var plain = new byte[length - IndexFormat.TagSize];
        if (!Open(_keys, _header, 0, (ulong)chunk, stored, plain, _header)) throw Damage.Of(Blob.Name, "authentication of a chunk");
        return IndexChunk.Parse(this, plain, (int)count) ?? throw Damage.Of(Blob.Name, "entries of a chunk");
    }

    private BlockId FirstId(int chunk) => BlockId.Read(_directory.AsSpan(IndexFormat.DirectoryHead + chunk * IndexFormat.ChunkRow));

    private static bool Open(Keyring keys, byte[] header, uint purpose, ulong ordinal, ReadOnlySpan<byte> stored, Span<byte> plain, ReadOnlySpan<byte> aad)
    {
        Span<byte> nonce = stackalloc byte[12];
        PackFormat.WriteNonce(nonce, purpose, ordinal);
        try
        {
            using var cipher = keys.Cipher(header.AsSpan(32, 32), "stillpoint/v1/index"u8);
            cipher.Decrypt(nonce, stored[..^IndexFormat.TagSize], stored[^IndexFormat.TagSize..], plain, aad);
            return true;
        }
        catch (AuthenticationTagMismatchException)
        {
            return false;
        }
    }
}
