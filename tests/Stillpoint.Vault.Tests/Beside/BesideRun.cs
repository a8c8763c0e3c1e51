using Stillpoint.Vault.Tests.Stores;

namespace Stillpoint.Vault.Tests.Beside;

/// <param name="Stood">The call before which the first stood still; null: it had ended before.</param>
internal sealed record BesideOutcome(string? Stood, string First, string Second, bool Waited);

/// <summary>Two operations on one vault (or its copy): the first stands still somewhere, the second runs from begin to end, the first goes on; then all is looked at.</summary>
internal sealed class BesideRun
{
    private static readonly Lazy<Task<(BesideContent Content, MemoryStore Store, MemoryStore Copy)>> Made = new(MakeAsync);
    private readonly BesideContent _content;
    private readonly MemoryStore _store, _copy;

    private BesideRun(BesideContent content, MemoryStore store, MemoryStore copy) => (_content, _store, _copy) = (content, store, copy);

    public static async Task<BesideRun> NewAsync()
    {
        var (content, store, copy) = await Made.Value;
        return new(content, Again(store), Again(copy));
    }

    /// <param name="at">Which of its calls.</param>
    /// <param name="inCopy">Where the one that is no copy works: in the copy, not in the vault that is copied.</param>
    /// <param name="stall">How long the first stands still, by the store's clock.</param>
    public async Task<BesideOutcome> RunAsync(Work first, Work second, int at, bool inCopy, TimeSpan stall)
    {
        var sign = new StopSign(at, call => Counts(first, call));
        var waited = false;
        var a = new BesideWork(_content, new StoppingStore(At(first, inCopy), sign), new StoppingStore(_copy, sign), ["p"]) { NewSecret = "first" };
        var running = Task.Run(() => a.RunAsync(first));
        var ends = new List<BesideEnd>();
        var outcome = "";
        if (await Task.WhenAny(running, sign.Reached) == sign.Reached)
        {
            Pass(stall);
            var b = new BesideWork(_content, At(second, inCopy), _copy, ["p", "first"])
            {
                NewSecret = "second",
                OnWaiting = async () =>
                {
                    waited = true;
                    sign.Wake();
                    await running;
                },
            };
            outcome = await b.RunAsync(second);
            ends.Add(new(second, outcome, b.Made));
            sign.Wake();
        }
        var ended = await running;
        ends.Add(new(first, ended, a.Made));
        Pass(TimeSpan.FromHours(1));
        await BesideCheck.AllAsync(_content, _store, _copy, ends, inCopy);
        return new(sign.Reached.IsCompleted ? await sign.Reached : null, ended, outcome, waited);
    }

    /// <summary>Calls that others can notice; for those that only look, what they look at.</summary>
    private static bool Counts(Work work, string call) => !call.StartsWith("read ", StringComparison.Ordinal)
        || (work is Work.Restore or Work.Verify && call.StartsWith("read pa", StringComparison.Ordinal));

    private MemoryStore At(Work work, bool inCopy) => inCopy && work != Work.Copy ? _copy : _store;

    private void Pass(TimeSpan time) => (_store.Now, _copy.Now) = (_store.Now + time, _copy.Now + time);

    private static MemoryStore Again(MemoryStore store)
    {
        var again = MemoryStore.Of(store.Content);
        again.Now = store.Now + TimeSpan.FromHours(1);
        return again;
    }

    private static async Task<(BesideContent, MemoryStore, MemoryStore)> MakeAsync()
    {
        var (store, copy) = (new MemoryStore(), new MemoryStore());
        await BesideContent.MakeAsync(store, copy);
        return (await BesideContent.FindAsync(store, copy), store, copy);
    }
}
