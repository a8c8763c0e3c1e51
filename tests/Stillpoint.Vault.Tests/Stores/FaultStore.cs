using Stillpoint.Vault.Stores;

namespace Stillpoint.Vault.Tests.Stores;

/// <summary>Asks before every call that changes the store whether it is to fail, and how. With a fault given the call does not happen.</summary>
internal sealed class FaultStore(IBlobStore inner, Func<int, string, Exception?> fault) : IBlobStore
{
    private int _calls;

    /// <summary>Changing calls so far, in their order.</summary>
    public List<string> Calls { get; } = [];

    public Task<bool> TryPutAsync(string name, IReadOnlyList<ReadOnlyMemory<byte>> parts, CancellationToken ct)
    {
        Ask($"put {name}");
        return inner.TryPutAsync(name, parts, ct);
    }

    public ValueTask<int?> ReadAsync(string name, long offset, Memory<byte> buffer, CancellationToken ct) => inner.ReadAsync(name, offset, buffer, ct);

    public Task<BlobInfo?> FindAsync(string name, CancellationToken ct) => inner.FindAsync(name, ct);

    public Task SettleAsync(string folder, CancellationToken ct) => inner.SettleAsync(folder, ct);

    public IAsyncEnumerable<BlobInfo> ListAsync(string folder, CancellationToken ct) => inner.ListAsync(folder, ct);

    public Task DeleteAsync(string name, CancellationToken ct)
    {
        Ask($"delete {name}");
        return inner.DeleteAsync(name, ct);
    }

    public Task<DateTimeOffset> NowAsync(CancellationToken ct) => inner.NowAsync(ct);

    private void Ask(string call)
    {
        lock (Calls)
        {
            Calls.Add(call);
            if (fault(_calls++, call) is { } e) throw e;
        }
    }
}
