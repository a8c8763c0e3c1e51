namespace Stillpoint.Vault.Packs;

/// <summary>Plain blocks recently read, at most 32 MiB. Safe for many threads.</summary>
internal sealed class BlockCache(BlockReader blocks, int blockSize)
{
    private const int Bytes = 32 << 20;
    private readonly int _generation = Math.Max(1, Bytes / 2 / blockSize);
    private readonly Lock _lock = new();
    private Dictionary<BlockId, byte[]> _young = [];
    private Dictionary<BlockId, byte[]> _old = [];

    /// <summary>The block's bytes, not to be changed.</summary>
    /// <exception cref="Model.FailureException">VaultDamaged.</exception>
    public async ValueTask<byte[]> ReadAsync(BlockId id, CancellationToken ct)
    {
        if (TryGet(id) is { } kept) return kept;
        var block = GC.AllocateUninitializedArray<byte>(blockSize);
        await blocks.ReadAsync(EntryKind.Data, id, block, ct).ConfigureAwait(false);
        lock (_lock) Keep(id, block);
        return block;
    }

    private byte[]? TryGet(BlockId id)
    {
        lock (_lock)
        {
            if (_young.TryGetValue(id, out var block)) return block;
            if (!_old.TryGetValue(id, out block)) return null;
            Keep(id, block);
            return block;
        }
    }

    private void Keep(BlockId id, byte[] block)
    {
        _young[id] = block;
        if (_young.Count >= _generation) (_old, _young) = (_young, []);
    }
}
