namespace Stillpoint.Vault.Stores;

/// <summary>
/// Packs pass at a pace, written and read; all else is small and must not wait behind them: a lease that is not renewed in time ends its job. Outside of a
/// <see cref="WatchedStore"/>, which would take the waiting for a hung mount.
/// </summary>
/// <param name="writing">Null: writes are not held up; the same of <paramref name="reading"/>.</param>
public sealed class ThrottledStore(IBlobStore inner, Pace? writing, Pace? reading) : IBlobStore
{
    private const string Packs = "packs/";

    public async Task<bool> TryPutAsync(string name, IReadOnlyList<ReadOnlyMemory<byte>> parts, CancellationToken ct)
    {
        if (writing is not null && IsPack(name)) await writing.PassAsync(parts.Sum(p => (long)p.Length), ct).ConfigureAwait(false);
        return await inner.TryPutAsync(name, parts, ct).ConfigureAwait(false);
    }

    public async ValueTask<int?> ReadAsync(string name, long offset, Memory<byte> buffer, CancellationToken ct)
    {
        if (reading is not null && IsPack(name)) await reading.PassAsync(buffer.Length, ct).ConfigureAwait(false);
        return await inner.ReadAsync(name, offset, buffer, ct).ConfigureAwait(false);
    }

    public Task<BlobInfo?> FindAsync(string name, CancellationToken ct) => inner.FindAsync(name, ct);

    public IAsyncEnumerable<BlobInfo> ListAsync(string folder, CancellationToken ct) => inner.ListAsync(folder, ct);

    public Task SettleAsync(string folder, CancellationToken ct) => inner.SettleAsync(folder, ct);

    public Task DeleteAsync(string name, CancellationToken ct) => inner.DeleteAsync(name, ct);

    public Task<DateTimeOffset> NowAsync(CancellationToken ct) => inner.NowAsync(ct);

    private static bool IsPack(string name) => name.StartsWith(Packs, StringComparison.Ordinal);
}
