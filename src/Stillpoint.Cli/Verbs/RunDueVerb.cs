using Stillpoint.Cli.Output;
using Stillpoint.Cli.Service;
using Stillpoint.Cli.Session;
using Stillpoint.Control.Scheduling;
using Stillpoint.Control.Workers;
using Stillpoint.Model;

namespace Stillpoint.Cli.Verbs;

/// <summary>Runs what is due and ends: for a timer, where no daemon runs. Several at once do no harm. Where a daemon runs, it does the work.</summary>
internal static class RunDueVerb
{
    public static async Task<int> RunAsync(Invocation call, CancellationToken ct)
    {
        var log = new DueLog(call);
        if (await call.ServiceAsync(Concern.Vault, ct) is { } service) await ThereAsync(call, service, log, ct);
        else await HereAsync(call, log, ct);
        call.Show(log.ToJson, JsonDocuments.Shapes.RunDueJson, log.Sum);
        return log.ExitCode;
    }

    private static async Task HereAsync(Invocation call, DueLog log, CancellationToken ct)
    {
        using var secret = call.VaultSecret;
        var vault = new VaultAccess(call.VaultPath, secret);
        await Recovery.RunAsync(call, null, ct);
        using var scheduler = new BackupScheduler(call.Control, call.World.Connect, vault, log, log, call.World.Clock) { AlertWords = a => AlertWords.Of(a, call.Texts) };
        await scheduler.RunDueAsync(ct);
    }

    /// <summary>The first interruption asks the service to end it cleanly and waits for that; the second leaves it there.</summary>
    private static async Task ThereAsync(Invocation call, ServiceLink service, DueLog log, CancellationToken ct)
    {
        using var left = call.World.Second.Listen();
        await using var asked = ct.Register(() => _ = StopAsync(service));
        try
        {
            await service.AskAsync(async client =>
            {
                using var silent = new CancellationTokenSource(ServiceJob.Silence, call.World.Clock);
                using var either = CancellationTokenSource.CreateLinkedTokenSource(silent.Token, left.Token);
                try
                {
                    await foreach (var notice in client.Plan.RunDueAsync(either.Token))
                    {
                        silent.CancelAfter(ServiceJob.Silence);
                        if (notice is { Kind: "began", Schedules: true } && !call.Json && !call.Line.Has("quiet")) call.World.Error.WriteLine(call.Texts.Of("due.by-itself"));
                        if (notice.ToEvent() is { } told && !(told is LookFailed { Failure.Code: FailureCode.Cancelled })) log.Publish(told);
                        if (notice.Kind == "done") return true;
                    }
                    throw service.OutOfReach("the end was not told");
                }
                catch (OperationCanceledException) when (!left.Token.IsCancellationRequested)
                {
                    throw service.OutOfReach("no word for 90 s");
                }
            });
        }
        catch (OperationCanceledException) when (left.Token.IsCancellationRequested)
        {
        }
        ct.ThrowIfCancellationRequested();
    }

    /// <summary>What is over by then shows by the stream.</summary>
    private static async Task StopAsync(ServiceLink service)
    {
        try
        {
            await service.DoAsync(c => c.Plan.StopDueAsync(CancellationToken.None));
        }
        catch (FailureException)
        {
        }
    }
}
