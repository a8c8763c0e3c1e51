using Stillpoint.Model;
using Stillpoint.Vault.Stores;

namespace Stillpoint.Vault.Life;

/// <summary>A put that finds the store full gives up the reserve and is tried once more.</summary>
internal sealed class ReserveStore(IBlobStore inner) : IBlobStore
{
    public async Task<bool> TryPutAsync(string name, IReadOnlyList<ReadOnlyMemory<byte>> parts, CancellationToken ct)
    {
        try
        {
            return await inner.TryPutAsync(name, parts, ct).ConfigureAwait(false);
        }
        catch (FailureException e) when (e.Failure.Code == FailureCode.VaultFull)
        {
            if (!await Reserve.ReleaseAsync(inner, ct).ConfigureAwait(false)) throw;
        }
        return await inner.TryPutAsync(name, parts, ct).ConfigureAwait(false);
    }

    public ValueTask<int?> ReadAsync(string name, long offset, Memory<byte> buffer, CancellationToken ct) => inner.ReadAsync(name, offset, buffer, ct);

    public Task<BlobInfo?> FindAsync(string name, CancellationToken ct) => inner.FindAsync(name, ct);

    public Task SettleAsync(string folder, CancellationToken ct) => inner.SettleAsync(folder, ct);

    public IAsyncEnumerable<BlobInfo> ListAsync(string folder, CancellationToken ct) => inner.ListAsync(folder, ct);

    public Task DeleteAsync(string name, CancellationToken ct) => inner.DeleteAsync(name, ct);

    public Task<DateTimeOffset> NowAsync(CancellationToken ct) => inner.NowAsync(ct);
}
