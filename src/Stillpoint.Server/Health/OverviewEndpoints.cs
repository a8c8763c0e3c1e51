using Stillpoint.Contracts;
using Stillpoint.Control;
using Stillpoint.Control.Access;
using Stillpoint.Control.Catalog;
using Stillpoint.Model;
using Stillpoint.Server.Access;
using Stillpoint.Server.Hosting;
using Stillpoint.Server.Hosts;
using Stillpoint.Server.Http;
using Stillpoint.Server.Jobs;
using Stillpoint.Server.Points;

namespace Stillpoint.Server.Health;

/// <summary>The start page in one answer: what cannot be asked now is told as why, and does not take the rest with it.</summary>
internal static class OverviewEndpoints
{
    private const int MostRunning = 20, MostCounted = 10_000;

    public static void Map(RouteGroupBuilder api) =>
        api.MapGet("/overview", ShowAsync).WithName("showOverview").WithSummary("Counts of VMs, points and the last day's jobs").Needs(Role.Reader);

    private static async Task<OverviewView> ShowAsync(
        StillpointControl control, HostConnection hosts, KnownPoints known, Words words, TimeProvider clock, HttpContext context, CancellationToken ct)
    {
        var (caller, now) = (context.Caller(), clock.GetUtcNow());
        var (vms, noHost) = await TryAsync(async () => (await hosts.ListAsync(ct)).Where(v => caller.Sees(v.Name)).ToList());
        var (points, noVault) = await TryAsync(async () => (await known.SeriesAsync(ct)).Where(p => caller.Sees(p.Label)).ToList());
        var jobs = caller.SeesAll
            ? control.Jobs.Count(now.AddDays(-1)).GroupBy(c => c.State, c => c.Count).ToDictionary(g => g.Key.ToText(), g => (int)g.Sum())
            : JobViews.List(control, new JobFilter(Since: now.AddDays(-1), Limit: MostCounted), caller).GroupBy(j => j.State).ToDictionary(g => g.Key.ToText(), g => g.Count());
        var running = JobViews.List(control, new JobFilter(State: JobState.Running, Limit: MostRunning), caller);
        return new(
            ServerVersion.Text, now, vms?.Count, vms?.Count(v => v.State.ToText() == "running"), words.Maybe(noHost, context), points?.Sum(p => p.Points),
            points?.Count, points is { Count: > 0 } ? points.Max(p => p.Newest).ToUniversalTime() : null, words.Maybe(noVault, context),
            jobs, [.. running.Select(j => j.ToView(words, context))], ProtectionCounting.Of(control, caller, vms, points, now));
    }

    private static async Task<(T? Value, Failure? Failure)> TryAsync<T>(Func<Task<T>> ask) where T : class
    {
        try
        {
            return (await ask(), null);
        }
        catch (FailureException e)
        {
            return (null, e.Failure);
        }
    }
}
