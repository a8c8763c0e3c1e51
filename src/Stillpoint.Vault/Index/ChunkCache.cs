namespace Stillpoint.Vault.Index;

/// <summary>Decrypted chunks, bounded by bytes: two generations, the older dropped whole when the younger is full.</summary>
internal sealed class ChunkCache(int maxBytes)
{
    private readonly Lock _lock = new();
    private Dictionary<(BlockId, int), IndexChunk> _young = [];
    private Dictionary<(BlockId, int), IndexChunk> _old = [];
    private int _bytes;

    public IndexChunk? TryGet(BlockId segment, int chunk)
    {
        lock (_lock)
        {
            if (_young.TryGetValue((segment, chunk), out var found)) return found;
            if (!_old.TryGetValue((segment, chunk), out found)) return null;
            Keep(segment, chunk, found);
            return found;
        }
    }

    public void Add(BlockId segment, int chunk, IndexChunk value)
    {
        lock (_lock) Keep(segment, chunk, value);
    }

    private void Keep(BlockId segment, int chunk, IndexChunk value)
    {
        if (!_young.TryAdd((segment, chunk), value)) return;
        _bytes += value.Bytes;
        if (_bytes <= maxBytes / 2) return;
        (_old, _young, _bytes) = (_young, [], 0);
    }
}
