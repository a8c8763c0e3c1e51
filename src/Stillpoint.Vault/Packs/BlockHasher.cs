using System.Security.Cryptography;
using Stillpoint.Vault.Keys;

namespace Stillpoint.Vault.Packs;

/// <summary>Makes ids: HMAC-SHA-256(id key, kind ‖ bytes). For one thread at a time.</summary>
internal sealed class BlockHasher(Keyring keys) : IDisposable
{
    private static readonly byte[][] Kinds = [[0], [1], [2], [3]];
    private readonly IncrementalHash _hash = IncrementalHash.CreateHMAC(HashAlgorithmName.SHA256, keys.IdKey);

    public BlockId Hash(EntryKind kind, ReadOnlySpan<byte> bytes)
    {
        Span<byte> id = stackalloc byte[BlockId.Size];
        _hash.AppendData(Kinds[(int)kind]);
        _hash.AppendData(bytes);
        _hash.GetHashAndReset(id);
        return BlockId.Read(id);
    }

    public void Dispose() => _hash.Dispose();
}
