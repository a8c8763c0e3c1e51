using Stillpoint.Model;
using Stillpoint.Vault.Packs;

namespace Stillpoint.Vault.Trees;

/// <summary>Pages of trees by id, the recently used ones kept (at most 1,024 of 8 KiB). Safe for many threads.</summary>
internal sealed class PageReader(BlockReader blocks)
{
    private const int Generation = 512;
    private readonly Lock _lock = new();
    private Dictionary<BlockId, byte[]> _young = [];
    private Dictionary<BlockId, byte[]> _old = [];

    /// <summary>The page's 8,192 bytes, not to be changed. The zero id has no page.</summary>
    /// <exception cref="FailureException">VaultDamaged.</exception>
    public async ValueTask<byte[]> ReadAsync(BlockId id, CancellationToken ct)
    {
        if (TryGet(id) is { } kept) return kept;
        var page = new byte[PackFormat.PageSize];
        await blocks.ReadAsync(EntryKind.Page, id, page, ct).ConfigureAwait(false);
        lock (_lock) Keep(id, page);
        return page;
    }

    /// <summary>For callers on a thread that may wait.</summary>
    public byte[] Read(BlockId id)
    {
        var reading = ReadAsync(id, CancellationToken.None);
        return reading.IsCompletedSuccessfully ? reading.Result : reading.AsTask().GetAwaiter().GetResult();
    }

    private byte[]? TryGet(BlockId id)
    {
        lock (_lock)
        {
            if (_young.TryGetValue(id, out var page)) return page;
            if (!_old.TryGetValue(id, out page)) return null;
            Keep(id, page);
            return page;
        }
    }

    private void Keep(BlockId id, byte[] page)
    {
        _young[id] = page;
        if (_young.Count >= Generation) (_old, _young) = (_young, []);
    }
}
