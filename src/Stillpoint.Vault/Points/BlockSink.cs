using System.Collections.Concurrent;
using Stillpoint.Model;
using Stillpoint.Vault.Index;
using Stillpoint.Vault.Keys;
using Stillpoint.Vault.Packs;
using Stillpoint.Vault.Stores;

namespace Stillpoint.Vault.Points;

/// <summary>
/// Where a writer's blocks and pages go: known ones nowhere, new ones into packs. Work is done on the calling thread, in a <see cref="Bench"/> of its own,
/// and no lock is held over hashing, compression or encryption of blocks.
/// </summary>
internal sealed class BlockSink : IAsyncDisposable
{
    private const int PageBuffer = 4 << 20;
    private readonly Keyring _keys;
    private readonly BlockIndex _index;
    private readonly BlockReader _blocks;
    private readonly bool _delta;
    private readonly PackQueue _queue;
    private readonly SegmentCollector _segments;
    private readonly NewIds _new = new();
    private readonly ConcurrentDictionary<BlockId, bool> _there = [];
    private readonly IBlobStore _store;
    private readonly BenchPool _benches;
    private readonly Lock _pageLock = new();
    private readonly BlockCodec _pageCodec = new();
    private readonly BlockHasher _pageHasher;
    private readonly HashSet<BlockId> _mistrusted;
    private PackBuilder? _pages;
    private long _put, _zero, _unchanged, _known, _stored, _bytes;

    public BlockSink(VaultParts parts)
    {
        var (store, keys, index, header) = (parts.Store, parts.Keys, parts.Index, parts.Header);
        (_keys, _index, _blocks, _delta) = (keys, index, parts.Blocks, header.Delta);
        _store = store;
        _segments = new(store, keys, index, _new.Forget);
        _benches = new(keys, header.BlockSize);
        _queue = new(store, parts.Storers, _benches.Count, _segments.Add);
        _pageHasher = new(keys);
        // Ids with a damaged entry: that a base tree names one does not prove that it can be read. The index decides.
        _mistrusted = [.. index.Exclusions.DamagedEntries.Select(e => e.Id)];
    }

    public WriterStatistics Statistics => new(
        Interlocked.Read(ref _put), Interlocked.Read(ref _zero), Interlocked.Read(ref _unchanged), Interlocked.Read(ref _known),
        Interlocked.Read(ref _stored), Interlocked.Read(ref _bytes));

    public long BytesStored => _segments.BytesStored;

    public void CountZero(long blocks)
    {
        Interlocked.Add(ref _put, blocks);
        Interlocked.Add(ref _zero, blocks);
    }

    /// <param name="data">At most a block; padded with zeroes to one. Not all zero.</param>
    public BlockId IdOf(ReadOnlySpan<byte> data)
    {
        _queue.ThrowIfBroken();
        var bench = _benches.Rent();
        try
        {
            return bench.Hasher.Hash(EntryKind.Data, bench.Padded(data));
        }
        finally
        {
            _benches.Return(bench);
        }
    }

    /// <summary>Stores a block unless it is <paramref name="base"/> or known.</summary>
    /// <param name="base">Id of the block that was at its place before; zero for none.</param>
    public BlockId Put(ReadOnlySpan<byte> data, BlockId @base)
    {
        _queue.ThrowIfBroken();
        Interlocked.Increment(ref _put);
        var bench = _benches.Rent();
        try
        {
            var plain = bench.Padded(data);
            var id = bench.Hasher.Hash(EntryKind.Data, plain);
            if (id == @base && !_mistrusted.Contains(id)) Interlocked.Increment(ref _unchanged);
            else if (IsKnown(id)) Interlocked.Increment(ref _known);
            else Store(bench, id, plain, @base);
            return id;
        }
        finally
        {
            _benches.Return(bench);
        }
    }

    public BlockId PutPage(ReadOnlySpan<byte> page)
    {
        if (page.IndexOfAnyExcept((byte)0) < 0) return BlockId.Zero;
        lock (_pageLock)
        {
            var id = _pageHasher.Hash(EntryKind.Page, page);
            if (IsKnown(id)) return id;
            if (_pages is { } full && !full.HasRoomFor(page.Length)) Seal(ref _pages);
            _pages ??= new(_keys, PackKind.Pages, GC.AllocateUninitializedArray<byte>(PageBuffer));
            Interlocked.Add(ref _bytes, _pages.Add(EntryKind.Page, id, page, default, default, _pageCodec));
            return id;
        }
    }

    /// <summary>Returns when everything put is durable and indexed. Nothing may be put after it.</summary>
    public async Task FlushAsync(CancellationToken ct)
    {
        foreach (var bench in _benches.All) Seal(ref bench.Pack);
        lock (_pageLock) Seal(ref _pages);
        await _queue.DrainAsync().ConfigureAwait(false);
        await _segments.FlushAsync(ct).ConfigureAwait(false);
    }

    public async ValueTask DisposeAsync()
    {
        await _queue.DisposeAsync().ConfigureAwait(false);
        _benches.Dispose();
        _pages?.Dispose();
        _pageCodec.Dispose();
        _pageHasher.Dispose();
    }

    private void Store(Bench bench, BlockId id, ReadOnlySpan<byte> plain, BlockId @base)
    {
        if (bench.Pack is { } full && !full.HasRoomFor(plain.Length)) Seal(ref bench.Pack);
        bench.Pack ??= new(_keys, PackKind.Data, _queue.Rent());
        var prefix = _delta && !@base.IsZero ? DeltaBase(bench, ref @base) : default;
        Interlocked.Add(ref _bytes, bench.Pack.Add(EntryKind.Data, id, plain, @base, prefix, bench.Codec));
        Interlocked.Increment(ref _stored);
    }

    /// <summary>The bytes a changed block is compared with: its predecessor or, where that is a delta itself, that one's base.</summary>
    private ReadOnlySpan<byte> DeltaBase(Bench bench, ref BlockId @base)
    {
        if (_index.FindLive(@base) is not { } place) return default;
        if (place.Entry.Codec == Codec.Delta)
        {
            @base = place.Entry.Base;
            if (_index.FindLive(@base) is not { Entry.Codec: not Codec.Delta } original) return default;
            place = original;
        }
        if (place.Entry.Kind != EntryKind.Data || place.Entry.PlainLength != bench.Base.Length) return default;
        var reading = _blocks.TryReadAsync(place, bench.Base, CancellationToken.None);
        var problem = reading.IsCompletedSuccessfully ? reading.Result : reading.AsTask().GetAwaiter().GetResult();
        if (problem is not null) return default; // damaged: the new block must not come to depend on it
        return bench.Base;
    }

    /// <returns>False for exactly one caller: that one stores it.</returns>
    private bool IsKnown(BlockId id)
    {
        if (_new.Contains(id)) return true;
        return (_index.FindLive(id) is { } place && IsThere(place.Pack)) || !_new.Add(id);
    }

    /// <summary>
    /// A writer that slept past its lease may have indexed packs that were collected meanwhile: what the index says is built on only if the pack is there.
    /// Asked once for each pack; it stays, because garbage collection waits for this writer.
    /// </summary>
    private bool IsThere(PackRef pack)
    {
        if (_there.TryGetValue(pack.Name, out var known)) return known;
        var found = _store.FindAsync(pack.ObjectName, CancellationToken.None).GetAwaiter().GetResult() is not null;
        _there[pack.Name] = found;
        return found;
    }

    private void Seal(ref PackBuilder? pack)
    {
        if (pack is null) return;
        var done = pack;
        pack = null;
        using (done) _queue.Enqueue(done.Finish());
    }
}
