using Stillpoint.Vault.Stores;

namespace Stillpoint.Vault.Tests.Beside;

/// <summary>Where an operation stands still until it is woken: before one of the calls it makes to its stores.</summary>
/// <param name="at">Ordinal of the call, from 0; -1: never.</param>
/// <param name="counts">Whether a call, told as <c>put NAME</c>, <c>delete NAME</c> or <c>read NAME</c>, is counted.</param>
internal sealed class StopSign(int at, Func<string, bool> counts)
{
    private readonly TaskCompletionSource<string> _reached = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource _woken = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private int _calls = -1;

    /// <summary>Ends, with the call, when the operation stands still.</summary>
    public Task<string> Reached => _reached.Task;

    public void Wake() => _woken.TrySetResult();

    public async Task PassAsync(string call)
    {
        if (!counts(call) || Interlocked.Increment(ref _calls) != at) return;
        _reached.TrySetResult(call);
        await _woken.Task;
    }
}

/// <summary>A store as one operation sees it.</summary>
internal sealed class StoppingStore(IBlobStore inner, StopSign sign) : IBlobStore
{
    public async Task<bool> TryPutAsync(string name, IReadOnlyList<ReadOnlyMemory<byte>> parts, CancellationToken ct)
    {
        await sign.PassAsync($"put {name}");
        return await inner.TryPutAsync(name, parts, ct);
    }

    public async ValueTask<int?> ReadAsync(string name, long offset, Memory<byte> buffer, CancellationToken ct)
    {
        await sign.PassAsync($"read {name}");
        return await inner.ReadAsync(name, offset, buffer, ct);
    }

    public Task<BlobInfo?> FindAsync(string name, CancellationToken ct) => inner.FindAsync(name, ct);

    public Task SettleAsync(string folder, CancellationToken ct) => inner.SettleAsync(folder, ct);

    public IAsyncEnumerable<BlobInfo> ListAsync(string folder, CancellationToken ct) => inner.ListAsync(folder, ct);

    public async Task DeleteAsync(string name, CancellationToken ct)
    {
        await sign.PassAsync($"delete {name}");
        await inner.DeleteAsync(name, ct);
    }

    public Task<DateTimeOffset> NowAsync(CancellationToken ct) => inner.NowAsync(ct);
}
