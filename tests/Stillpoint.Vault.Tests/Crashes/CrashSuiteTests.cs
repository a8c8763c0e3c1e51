using System.Collections.Concurrent;
using System.Globalization;
using Xunit;

namespace Stillpoint.Vault.Tests.Crashes;

/// <summary>
/// Rows of operations on a disk that forgets what was not synced, with processes that die, stall and fail in every call, against a model. A failing seed is
/// printed with the smallest plan that still fails; STILLPOINT_CRASH_SEED=n runs that one alone.
/// </summary>
public sealed class CrashSuiteTests
{
    private static readonly int ManyRuns = int.Parse(Environment.GetEnvironmentVariable("STILLPOINT_CRASH_RUNS") ?? "12000", CultureInfo.InvariantCulture);

    [Fact]
    public Task AnyPlan_OfTheFirstHundreds_KeepsEveryPromise() =>
        Environment.GetEnvironmentVariable("STILLPOINT_CRASH_SEED") is { Length: > 0 } seed
            ? RunAsync(int.Parse(seed, CultureInfo.InvariantCulture), 1)
            : RunAsync(1, 200);

    [Fact(Explicit = true)]
    public async Task AnyPlan_OfMoreThanTenThousand_KeepsEveryPromise() => (await RunAsync(1_000, ManyRuns)).Write(1_000, ManyRuns);

    [Fact]
    public async Task AnyPlan_RunTwice_GoesTheSameWay()
    {
        // Packs lie in folders by the first digits of names that are random: how many folders are made, so where a fault in that call comes, is not the plan's.
        var plans = Enumerable.Range(1, int.MaxValue - 1).Select(CrashPlan.Of).Where(p => p.Steps.All(s => s.Fault is not { Call: >= DiskCall.MakeFolder })).Take(20);
        foreach (var plan in plans) Assert.Equal(await CrashRun.RunAsync(plan), await CrashRun.RunAsync(plan));
    }

    private static async Task<CrashTally> RunAsync(int first, int count)
    {
        var tally = new CrashTally();
        var failed = new ConcurrentDictionary<int, string>();
        await Parallel.ForEachAsync(Enumerable.Range(first, count), new ParallelOptions { MaxDegreeOfParallelism = Environment.ProcessorCount }, async (seed, _) =>
        {
            if (await Shrinker.FailureOfAsync(CrashPlan.Of(seed), tally) is { } failure) failed[seed] = failure;
        });
        if (failed.IsEmpty) return tally;
        var worst = failed.Keys.Min();
        var (plan, smallest) = await Shrinker.ShrinkAsync(CrashPlan.Of(worst), failed[worst]);
        var others = string.Concat(failed.OrderBy(f => f.Key).Take(20).Select(f => $"\n{f.Key}: {f.Value.Split('\n')[0]}"));
        Assert.Fail($"{failed.Count} of {count} plans fail:{others}\n{plan}\n{smallest}");
        return tally;
    }
}
