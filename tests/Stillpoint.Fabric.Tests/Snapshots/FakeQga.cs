using Stillpoint.Model;

namespace Stillpoint.Fabric.Tests.Snapshots;

/// <summary>The other channel, and a watch: both write down what they are told.</summary>
internal sealed class FakeQga(List<string> calls) : IGuestChannel, IFreezeWatch
{
    public async Task<FrozenResult<T>> WhileFrozenAsync<T>(FreezeRequest request, IFreezeWatch watch, Func<CancellationToken, Task<T>> begin, CancellationToken ct)
    {
        calls.Add("qga");
        return new(await begin(ct), Consistency.FileSystem, null, TimeSpan.FromSeconds(1), 2, 2, GuardVerdict.DidNotFire);
    }

    public Task<FreezeCheck> CheckAsync(FreezeRequest request, CancellationToken ct) => Task.FromResult(new FreezeCheck(Consistency.Application, null, null));

    public Task<GuestLoad?> MeasureLoadAsync(TimeSpan over, CancellationToken ct) => Task.FromResult<GuestLoad?>(null);

    public Task<IReadOnlyList<ScriptRun>> FinishScriptsAsync(string token, CancellationToken ct) => Task.FromResult<IReadOnlyList<ScriptRun>>([]);

    public Task FreezeOpeningAsync(CancellationToken ct)
    {
        calls.Add("opening");
        return Task.CompletedTask;
    }

    public Task FreezeClosedAsync()
    {
        calls.Add("closed");
        return Task.CompletedTask;
    }

    public Task ScriptsOpeningAsync(DateTimeOffset until, CancellationToken ct) => throw new NotSupportedException();

    public Task ScriptsClosedAsync() => throw new NotSupportedException();

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;
}
