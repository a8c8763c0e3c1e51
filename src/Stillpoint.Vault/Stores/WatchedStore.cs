using System.Collections.Concurrent;
using System.Runtime.CompilerServices;

namespace Stillpoint.Vault.Stores;

/// <summary>Knows which calls to a store are under way and since when: a hung mount shows in nothing but a call that does not return.</summary>
public sealed class WatchedStore(IBlobStore inner, TimeProvider clock) : IBlobStore
{
    private readonly ConcurrentDictionary<long, (string Name, long Since)> _underWay = [];
    private long _number;

    /// <summary>The call that has been under way longest; null: none is.</summary>
    public (string Name, TimeSpan For)? Oldest
    {
        get
        {
            (string Name, TimeSpan For)? oldest = null;
            foreach (var (_, (name, since)) in _underWay)
            {
                var time = clock.GetElapsedTime(since);
                if (oldest is null || time > oldest.Value.For) oldest = (name, time);
            }
            return oldest;
        }
    }

    public async Task<bool> TryPutAsync(string name, IReadOnlyList<ReadOnlyMemory<byte>> parts, CancellationToken ct)
    {
        using var call = Begin("put", name);
        return await inner.TryPutAsync(name, parts, ct).ConfigureAwait(false);
    }

    public async ValueTask<int?> ReadAsync(string name, long offset, Memory<byte> buffer, CancellationToken ct)
    {
        using var call = Begin("read", name);
        return await inner.ReadAsync(name, offset, buffer, ct).ConfigureAwait(false);
    }

    public async Task<BlobInfo?> FindAsync(string name, CancellationToken ct)
    {
        using var call = Begin("find", name);
        return await inner.FindAsync(name, ct).ConfigureAwait(false);
    }

    public async IAsyncEnumerable<BlobInfo> ListAsync(string folder, [EnumeratorCancellation] CancellationToken ct)
    {
        await using var list = inner.ListAsync(folder, ct).GetAsyncEnumerator(ct);
        while (await NextAsync().ConfigureAwait(false)) yield return list.Current;

        // The caller's work between two objects is not the store's.
        async ValueTask<bool> NextAsync()
        {
            using var call = Begin("list", folder);
            return await list.MoveNextAsync().ConfigureAwait(false);
        }
    }

    public async Task SettleAsync(string folder, CancellationToken ct)
    {
        using var call = Begin("settle", folder);
        await inner.SettleAsync(folder, ct).ConfigureAwait(false);
    }

    public async Task DeleteAsync(string name, CancellationToken ct)
    {
        using var call = Begin("delete", name);
        await inner.DeleteAsync(name, ct).ConfigureAwait(false);
    }

    public async Task<DateTimeOffset> NowAsync(CancellationToken ct)
    {
        using var call = Begin("time", "");
        return await inner.NowAsync(ct).ConfigureAwait(false);
    }

    private Call Begin(string verb, string name)
    {
        var number = Interlocked.Increment(ref _number);
        _underWay[number] = ($"{verb} {name}".TrimEnd(), clock.GetTimestamp());
        return new(_underWay, number);
    }

    private readonly struct Call(ConcurrentDictionary<long, (string Name, long Since)> underWay, long number) : IDisposable
    {
        public void Dispose() => underWay.TryRemove(number, out _);
    }
}
