using Stillpoint.Model;
using Stillpoint.Vault.Stores;

namespace Stillpoint.Vault.Tests.Stores;

/// <summary>Every put has its effect and then fails, as when a folder cannot be synced or an answer is lost on its way.</summary>
internal sealed class LateFailures(IBlobStore inner) : IBlobStore
{
    public int Failed { get; private set; }

    public async Task<bool> TryPutAsync(string name, IReadOnlyList<ReadOnlyMemory<byte>> parts, CancellationToken ct)
    {
        await inner.TryPutAsync(name, parts, ct);
        Failed++;
        throw new FailureException(FailureCode.VaultIoFailed, Stage.Store, ("path", name), ("call", "fsync"));
    }

    public ValueTask<int?> ReadAsync(string name, long offset, Memory<byte> buffer, CancellationToken ct) => inner.ReadAsync(name, offset, buffer, ct);

    public Task<BlobInfo?> FindAsync(string name, CancellationToken ct) => inner.FindAsync(name, ct);

    public Task SettleAsync(string folder, CancellationToken ct) => inner.SettleAsync(folder, ct);

    public IAsyncEnumerable<BlobInfo> ListAsync(string folder, CancellationToken ct) => inner.ListAsync(folder, ct);

    public Task DeleteAsync(string name, CancellationToken ct) => inner.DeleteAsync(name, ct);

    public Task<DateTimeOffset> NowAsync(CancellationToken ct) => inner.NowAsync(ct);
}
