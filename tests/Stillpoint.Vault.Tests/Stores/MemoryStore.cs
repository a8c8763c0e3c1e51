using System.Collections.Concurrent;
using System.Runtime.CompilerServices;
using Stillpoint.Vault.Stores;

namespace Stillpoint.Vault.Tests.Stores;

/// <summary>A store in memory that keeps the contract; its clock is the test's.</summary>
internal sealed class MemoryStore : IBlobStore
{
    private readonly ConcurrentDictionary<string, (byte[] Bytes, DateTimeOffset Written)> _blobs = new(StringComparer.Ordinal);

    public DateTimeOffset Now { get; set; } = new(2026, 11, 21, 6, 0, 0, TimeSpan.Zero);

    public IReadOnlyDictionary<string, byte[]> Content => _blobs.ToDictionary(b => b.Key, b => b.Value.Bytes);

    public byte[] this[string name] => _blobs[name].Bytes;

    /// <summary>As damage does; a vault never replaces an object.</summary>
    public void Replace(string name, byte[] bytes) => _blobs[name] = (bytes, _blobs[name].Written);

    public static MemoryStore Of(IReadOnlyDictionary<string, byte[]> content)
    {
        var store = new MemoryStore();
        foreach (var (name, bytes) in content) store._blobs[name] = (bytes, store.Now);
        return store;
    }

    public Task<bool> TryPutAsync(string name, IReadOnlyList<ReadOnlyMemory<byte>> parts, CancellationToken ct)
    {
        ct.ThrowIfCancellationRequested();
        var bytes = parts.SelectMany(p => p.ToArray()).ToArray();
        return Task.FromResult(_blobs.TryAdd(BlobNames.Checked(name), (bytes, Now)));
    }

    public ValueTask<int?> ReadAsync(string name, long offset, Memory<byte> buffer, CancellationToken ct)
    {
        ct.ThrowIfCancellationRequested();
        if (!_blobs.TryGetValue(BlobNames.Checked(name), out var blob)) return new((int?)null);
        var n = (int)Math.Clamp(blob.Bytes.Length - offset, 0, buffer.Length);
        if (n > 0) blob.Bytes.AsSpan((int)offset, n).CopyTo(buffer.Span);
        return new(n);
    }

    public Task<BlobInfo?> FindAsync(string name, CancellationToken ct)
    {
        ct.ThrowIfCancellationRequested();
        return Task.FromResult<BlobInfo?>(_blobs.TryGetValue(BlobNames.Checked(name), out var b) ? new(name, b.Bytes.Length, b.Written) : null);
    }

    public async IAsyncEnumerable<BlobInfo> ListAsync(string folder, [EnumeratorCancellation] CancellationToken ct)
    {
        await Task.CompletedTask;
        foreach (var (name, blob) in _blobs)
        {
            ct.ThrowIfCancellationRequested();
            if (name.StartsWith(folder, StringComparison.Ordinal)) yield return new(name, blob.Bytes.Length, blob.Written);
        }
    }

    public Task SettleAsync(string folder, CancellationToken ct) => Task.CompletedTask;

    public Task DeleteAsync(string name, CancellationToken ct)
    {
        ct.ThrowIfCancellationRequested();
        _blobs.TryRemove(BlobNames.Checked(name), out _);
        return Task.CompletedTask;
    }

    public Task<DateTimeOffset> NowAsync(CancellationToken ct) => Task.FromResult(Now);
}
