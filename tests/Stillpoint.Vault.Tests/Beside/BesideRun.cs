using Stillpoint.Model;
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
        var (mine, others) = (Secrets(), Secrets());
        var waited = false;
        var a = new BesideWork(_content, new StoppingStore(At(first, inCopy), sign), new StoppingStore(_copy, sign), mine);
        var running = Task.Run(() => a.RunAsync(first));
        BesideWork? b = null;
        var outcome = "";
        if (await Task.WhenAny(running, sign.Reached) == sign.Reached)
        {
            (_store.Now, _copy.Now) = (_store.Now + stall, _copy.Now + stall);
            others.Add(a.NewSecret);
            b = new(_content, At(second, inCopy), _copy, others)
            {
                OnWaiting = async () =>
                {
                    waited = true;
                    sign.Wake();
                    await running;
                },
            };
            outcome = await b.RunAsync(second);
            sign.Wake();
        }
        var ended = await running;
        await CheckAsync([(first, ended, a), .. b is null ? Array.Empty<(Work, string, BesideWork)>() : [(second, outcome, b)]], inCopy);
        return new(sign.Reached.IsCompleted ? await sign.Reached : null, ended, outcome, waited);
    }

    /// <summary>Calls that others can notice; for those that only look, what they look at.</summary>
    private static bool Counts(Work work, string call) =>
        work is Work.Restore or Work.Verify ? !call.StartsWith("read ", StringComparison.Ordinal) || call.StartsWith("read pa", StringComparison.Ordinal) : !call.StartsWith("read ", StringComparison.Ordinal);

    private MemoryStore At(Work work, bool inCopy) => inCopy && work != Work.Copy ? _copy : _store;

    private async Task CheckAsync(IReadOnlyList<(Work Work, string Outcome, BesideWork By)> done, bool inCopy)
    {
        var secrets = Secrets();
        secrets.AddRange(done.Select(d => d.By.NewSecret));
        (_store.Now, _copy.Now) = (_store.Now + TimeSpan.FromHours(1), _copy.Now + TimeSpan.FromHours(1));
        foreach (var place in new[] { _store, _copy })
        {
            if (place == _copy && !inCopy && done.All(d => d.Work != Work.Copy)) continue; // nobody was there
            var here = done.Where(d => d.Work == Work.Copy || (place == _copy) == inCopy).ToList();
            bool Ran(Work work) => here.Any(d => d.Work == work);
            var expected = new Dictionary<PointId, byte[]> { [_content.Other.Id] = _content.Bytes[_content.Other.Id] };
            if (!Ran(Work.Forget)) expected[_content.Base.Id] = _content.Bytes[_content.Base.Id];
            if (place == _store || here.Any(d => d is { Work: Work.Copy, Outcome: "done" })) expected[_content.NotInCopy.Id] = _content.Bytes[_content.NotInCopy.Id];
            var known = new Dictionary<PointId, byte[]>(_content.Bytes);
            known.Remove(_content.Forgotten.Id);
            if (Ran(Work.Forget)) known.Remove(_content.Base.Id);
            foreach (var (point, bytes) in done.Select(d => d.By.Made).OfType<(PointInfo, byte[])>())
            {
                known[point.Id] = bytes;
                if ((place == _copy) == inCopy) expected[point.Id] = bytes;
            }
            await using var vault = await OpenVault.OpenAsync(place, new Passphrase(await BesideWork.SecretAsync(place, secrets)), TimeProvider.System, default);
            await BesideCheck.WholeAsync(vault);
            await VaultGc.RunAsync(vault, new() { PollEvery = TimeSpan.Zero }, default);
            await BesideCheck.PointsAsync(vault, expected, known);
            await BesideCheck.WholeAsync(vault);
            BesideCheck.NothingIsLeft(place);
        }
    }

    private static List<string> Secrets() => ["p"];

    private static MemoryStore Again(MemoryStore store)
    {
        var again = MemoryStore.Of(store.Content);
        again.Now = store.Now + TimeSpan.FromHours(1);
        return again;
    }

    private static async Task<(BesideContent, MemoryStore, MemoryStore)> MakeAsync()
    {
        var (store, copy) = (new MemoryStore(), new MemoryStore());
        return (await BesideContent.MakeAsync(store, copy), store, copy);
    }
}
