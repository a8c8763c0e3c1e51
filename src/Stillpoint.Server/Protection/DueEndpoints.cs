using System.Net.ServerSentEvents;
using System.Runtime.CompilerServices;
using Microsoft.AspNetCore.Http.HttpResults;
using Stillpoint.Contracts;
using Stillpoint.Control.Access;
using Stillpoint.Control.Scheduling;
using Stillpoint.Model;
using Stillpoint.Server.Access;
using Stillpoint.Server.Configuration;
using Stillpoint.Server.Http;
using Stillpoint.Server.Jobs;
using Stillpoint.Server.Points;

namespace Stillpoint.Server.Protection;

/// <summary>What is due, started now, for whoever waits for it: <c>run-due</c> above all.</summary>
internal static class DueEndpoints
{
    private static readonly TimeSpan Heartbeat = TimeSpan.FromSeconds(15);

    public static void Map(RouteGroupBuilder api)
    {
        api.MapPost("/plan/run-due", Run).WithName("runDue").WithSummary("Start what is due now, and tell of it as server-sent events, to its end").Needs(Role.Operator, wholeOnly: true);
        api.MapDelete("/plan/run-due", Stop).WithName("stopDue").WithSummary("Cancel cleanly what run-due began").Needs(Role.Operator, wholeOnly: true);
    }

    private static ServerSentEventsResult<DueNotice> Run(
        DueRuns runs, ServerOptions options, Words words, TimeProvider clock, HttpContext context, CancellationToken ct) =>
        TypedResults.ServerSentEvents(Told(TellAsync(runs.Begin(), options, words, clock, context, ct)));

    private static NoContent Stop(DueRuns runs)
    {
        runs.Cancel();
        return TypedResults.NoContent();
    }

    private static async IAsyncEnumerable<DueNotice> TellAsync(
        DueRun run, ServerOptions options, Words words, TimeProvider clock, HttpContext context, [EnumeratorCancellation] CancellationToken ct)
    {
        yield return new("began", clock.GetUtcNow(), Schedules: options.Schedule);
        var seen = 0;
        while (true)
        {
            var (told, done, more) = run.After(seen);
            seen += told.Count;
            foreach (var e in told) yield return NoticeOf(e, words, context);
            if (done)
            {
                yield return new("done", clock.GetUtcNow());
                yield break;
            }
            using var waited = CancellationTokenSource.CreateLinkedTokenSource(ct);
            var beat = Task.Delay(Heartbeat, clock, waited.Token);
            if (await Task.WhenAny(more, beat) == beat && !ct.IsCancellationRequested) yield return new("heartbeat", clock.GetUtcNow());
            await waited.CancelAsync();
            ct.ThrowIfCancellationRequested();
        }
    }

    private static DueNotice NoticeOf(SchedulerEvent told, Words words, HttpContext context) => told switch
    {
        RunStarted e => new("started", e.At, Vm: e.Start.Vm.Name, VmId: e.Start.Vm.Id.ToString(), StartKind: e.Start.Kind.ToText(), Job: e.Job.ToString()),
        RunEnded e => new(
            "ended", e.At, Vm: e.Start.Vm.Name, VmId: e.Start.Vm.Id.ToString(), StartKind: e.Start.Kind.ToText(), Job: e.Job.ToString(), State: e.State?.ToText(),
            Point: e.Point?.ToView(words, context), Failure: words.Maybe(e.Failure, context), Warnings: words.Views(e.Warnings, context)),
        CareEnded e => new(
            "care", e.At, Job: e.Job.ToString(), State: e.State.ToText(), CareKind: e.Kind.ToText(), Count: e.Count, Failure: words.Maybe(e.Failure, context),
            Warnings: words.Views(e.Warnings, context)),
        HostOutOfReach e => new("host-out-of-reach", e.At, Host: e.Uri, Failure: words.View(e.Failure, context)),
        LookFailed e => new("look-failed", e.At, Failure: words.View(e.Failure, context)),
        _ => throw new InvalidOperationException(told.GetType().Name),
    };

    private static async IAsyncEnumerable<SseItem<DueNotice>> Told(IAsyncEnumerable<DueNotice> notices)
    {
        await foreach (var notice in notices) yield return new(notice, notice.Kind);
    }
}
