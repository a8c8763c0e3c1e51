using Stillpoint.Vault.Stores;

namespace Stillpoint.Bench.VaultCost;

/// <summary>Adds up what is put, by the folder it is put into.</summary>
internal sealed class CountingStore(IBlobStore inner) : IBlobStore
{
    private long _data, _other;

    /// <summary>Bytes of data packs.</summary>
    public long Data => Interlocked.Read(ref _data);

    /// <summary>Bytes of everything else: pages, index, manifests, leases.</summary>
    public long Other => Interlocked.Read(ref _other);

    public Task<bool> TryPutAsync(string name, IReadOnlyList<ReadOnlyMemory<byte>> parts, CancellationToken ct)
    {
        Interlocked.Add(ref name.StartsWith("packs/", StringComparison.Ordinal) ? ref _data : ref _other, parts.Sum(p => (long)p.Length));
        return inner.TryPutAsync(name, parts, ct);
    }

    public ValueTask<int?> ReadAsync(string name, long offset, Memory<byte> buffer, CancellationToken ct) => inner.ReadAsync(name, offset, buffer, ct);

    public Task<BlobInfo?> FindAsync(string name, CancellationToken ct) => inner.FindAsync(name, ct);

    public Task SettleAsync(string folder, CancellationToken ct) => inner.SettleAsync(folder, ct);

    public IAsyncEnumerable<BlobInfo> ListAsync(string folder, CancellationToken ct) => inner.ListAsync(folder, ct);

    public Task DeleteAsync(string name, CancellationToken ct) => inner.DeleteAsync(name, ct);

    public Task<DateTimeOffset> NowAsync(CancellationToken ct) => inner.NowAsync(ct);
}
