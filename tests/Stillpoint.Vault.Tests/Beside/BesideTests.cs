using System.Collections.Concurrent;
using Xunit;

namespace Stillpoint.Vault.Tests.Beside;

/// <summary>
/// Every operation against every other one, two vaults opened on one store: the first stands still before one of its calls, the second runs from begin to end, the
/// first goes on. Then every point reads right, a verification finds nothing, and a collection leaves nothing behind. By default at some of the calls, which differ
/// from cell to cell; with the long tests at each.
/// </summary>
public sealed class BesideTests
{
    private const int Most = 200; // calls of one operation; they are some dozens
    private const int Some = 6;
    private static readonly TimeSpan PastItsLease = TimeSpan.FromMinutes(11);

    public static TheoryData<string, string> Cells => [.. from a in Enum.GetNames<Work>() from b in Enum.GetNames<Work>() select new TheoryDataRow<string, string>(a, b)];

    /// <summary>A copy works in two vaults, so that others can meet it in either.</summary>
    internal static bool[] Places(Work first, Work second) => first == Work.Copy || second == Work.Copy ? [false, true] : [false];

    [Theory]
    [MemberData(nameof(Cells))]
    public Task FirstStandsStill_SecondRunsWhole_BothEndAsTheTableSays(string first, string second) => StandAsync(first, second, Some);

    [Theory]
    [MemberData(nameof(Cells))]
    public Task FirstSleepsPastItsLease_SecondRunsWhole_NothingIsLost(string first, string second) => SleepAsync(first, second, Some);

    /// <summary>All of it, at each call, and the section of the page that says so.</summary>
    [Fact(Explicit = true)]
    public async Task EveryCell_AtEachCall()
    {
        var (stood, slept, failed) = (new ConcurrentDictionary<(Work, Work), int>(), new ConcurrentDictionary<(Work, Work), int>(), new ConcurrentBag<string>());
        await Parallel.ForEachAsync(Cells, new ParallelOptions { MaxDegreeOfParallelism = Environment.ProcessorCount }, async (cell, _) =>
        {
            var ((first, second), pair) = (cell.Data, (Enum.Parse<Work>(cell.Data.Item1), Enum.Parse<Work>(cell.Data.Item2)));
            try
            {
                stood[pair] = await StandAsync(first, second, every: 1);
                slept[pair] = await SleepAsync(first, second, every: 1);
            }
            catch (Exception e)
            {
                failed.Add($"{first} and {second}: {e.Message}");
            }
        });
        Assert.True(failed.IsEmpty, string.Join('\n', failed.Order(StringComparer.Ordinal)));
        BesideTable.Write(stood, slept);
    }

    private static async Task<int> StandAsync(string first, string second, int every)
    {
        var (a, b) = (Enum.Parse<Work>(first), Enum.Parse<Work>(second));
        var runs = 0;
        foreach (var inCopy in Places(a, b))
        {
            var cell = BesideTable.Of(a, b, inCopy);
            var outcomes = await RunAsync(a, b, inCopy, TimeSpan.Zero, every);
            foreach (var outcome in outcomes)
            {
                Assert.Contains(outcome.First, cell.First);
                Assert.Contains(outcome.Second, cell.Second);
                Assert.True(cell.Waits || !outcome.Waited, $"waits at {outcome.Stood}");
            }
            runs += outcomes.Count;
            if (every > 1) continue;
            Assert.True(outcomes.Count >= (a == Work.Forget ? 1 : 3), $"{first} stood still at {outcomes.Count} calls only");
            Assert.Equal(cell.First, outcomes.Select(o => o.First).Distinct().Order(StringComparer.Ordinal));
            Assert.Equal(cell.Second, outcomes.Select(o => o.Second).Distinct().Order(StringComparer.Ordinal));
            Assert.Equal(cell.Waits, outcomes.Exists(o => o.Waited));
        }
        return runs;
    }

    /// <summary>The second goes ahead, and the first, awake again, does no harm.</summary>
    private static async Task<int> SleepAsync(string first, string second, int every)
    {
        var (a, b) = (Enum.Parse<Work>(first), Enum.Parse<Work>(second));
        var runs = 0;
        foreach (var inCopy in Places(a, b))
        {
            foreach (var outcome in await RunAsync(a, b, inCopy, PastItsLease, every))
            {
                Assert.Contains(outcome.First, BesideTable.Slept(a));
                Assert.Contains(outcome.Second, BesideTable.BesideSleeper(a, b, inCopy));
                Assert.False(outcome.Waited, $"waits at {outcome.Stood}");
                runs++;
            }
        }
        return runs;
    }

    private static async Task<List<BesideOutcome>> RunAsync(Work first, Work second, bool inCopy, TimeSpan stall, int every)
    {
        var outcomes = new List<BesideOutcome>();
        for (var at = first == Work.Forget ? 0 : (int)second % every; at < Most; at += every)
        {
            BesideOutcome outcome;
            try
            {
                outcome = await (await BesideRun.NewAsync()).RunAsync(first, second, at, inCopy, stall);
            }
            catch (Exception e)
            {
                throw new InvalidOperationException($"{first} standing still at call {at}, {second} meanwhile{(inCopy ? ", in the copy" : "")}: {e.Message}", e);
            }
            if (outcome.Stood is null) return outcomes;
            outcomes.Add(outcome);
        }
        throw new InvalidOperationException($"{first} makes more than {Most} calls");
    }
}
