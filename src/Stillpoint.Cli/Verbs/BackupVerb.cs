using Stillpoint.Cli.Grammar;
using Stillpoint.Cli.Output;
using Stillpoint.Cli.Session;
using Stillpoint.Control;
using Stillpoint.Engine.Capture;
using Stillpoint.Hypervisor;
using Stillpoint.Model;

namespace Stillpoint.Cli.Verbs;

internal static class BackupVerb
{
    public static async Task<int> RunAsync(Invocation call, CancellationToken ct)
    {
        var started = call.World.Clock.GetTimestamp();
        var order = OrderOf(call);
        var (host, vault) = await OpenAsync(call, ct);
        await Recovery.RunAsync(call, vault.Vault, ct);
        await Recovery.FinishRestoresAsync(call, host, ct);
        JobOutcome<CaptureResult> outcome;
        await using (var progress = new ProgressView(call)) outcome = await call.Control.BackUpAsync(host, vault, order, progress, ct);
        if (outcome.Failure is { } failure)
        {
            foreach (var warning in outcome.Warnings) call.Warn(warning);
            return CliProgram.Tell(failure, call.World, call.Texts, call.Json, outcome.Job, outcome.Warnings);
        }
        var took = call.World.Clock.GetElapsedTime(started);
        var point = outcome.Result!.Point;
        call.Show(() => JsonOf(outcome, point, took, call), JsonDocuments.Shapes.BackupJson, () =>
        {
            call.Say(call.Texts.Of("backup.done", ("point", point.Id.ToString()), ("vm", point.VmName)));
            PointVerbs.Describe(call.World.Out, point, call.Texts);
            call.Say(call.Texts.Of("backup.totals", ("read", $"{point.BytesRead}"), ("stored", $"{point.BytesStored}"), ("time", Invocation.Seconds(took))));
            // What the point itself tells has been told.
            var told = point.LeftOut.Select(l => l.Reason.Code).ToHashSet();
            if (point.Reason is { } reason) told.Add(reason.Code);
            foreach (var warning in outcome.Warnings.Where(w => !told.Contains(w.Code))) call.Warn(warning);
        });
        return ExitCode.Done;
    }

    /// <summary>Connection, vault and catalog take their time each; none needs another.</summary>
    private static async Task<(IHypervisorHost, OpenedVault)> OpenAsync(Invocation call, CancellationToken ct)
    {
        var uri = call.HostUri;
        var connecting = Task.Run(() => call.World.Connect(uri, ct), ct);
        Task<OpenedVault>? opening = null;
        try
        {
            var path = call.VaultPath;
            var secret = call.VaultSecret;
            opening = Task.Run(() => call.OpenVaultAsync(path, secret, ct), ct);
            _ = call.Control;
            var vault = await opening;
            return (call.Keep(await connecting), vault);
        }
        catch
        {
            // Whatever failed first is told; what was opened beside it is closed with the call.
            await Task.WhenAll(connecting, opening ?? Task.CompletedTask).ContinueWith(_ => { }, CancellationToken.None, TaskContinuationOptions.None, TaskScheduler.Default);
            if (connecting.IsCompletedSuccessfully) call.Keep(await connecting);
            throw;
        }
    }

    private static BackupOrder OrderOf(Invocation call)
    {
        var line = call.Line;
        var policy = CapturePolicy.Default;
        policy = policy with
        {
            Wanted = line.Value("consistency") is "crash" ? Consistency.Crash : policy.Wanted,
            StepDown = !line.Has("strict"),
            FreezeLimit = line.Number("freeze-limit", "2-60") is { } seconds
                ? TimeSpan.FromSeconds(Math.Clamp(seconds, -1, 1e6))
                : policy.FreezeLimit,
            Guard = line.Value("guard") is "warden-alone" ? GuardRule.WardenAlone : policy.Guard,
            Tracking = line.Value("tracking") switch { "persistent" => Tracking.Persistent, "none" => Tracking.None, _ => policy.Tracking },
            SampleShare = line.Number("sample-share", "0-1") ?? policy.SampleShare,
        };
        if (policy.Validate() is { } invalid) throw new FailureException(invalid);
        return new(
            JobId.New(call.World.Clock), line.Argument!, policy, line.Values("exclude-disk").ToHashSet(StringComparer.Ordinal),
            line.Value("before-release"), line.Has("full"));
    }

    private static BackupJson JsonOf(JobOutcome<CaptureResult> outcome, RecoveryPoint point, TimeSpan took, Invocation call)
    {
        var p = point.ToJson(call.Texts);
        return new(
            outcome.Job.ToString(), outcome.State.ToText(), p.Point, p.Vm, p.VmId, p.Taken, p.Consistency, p.Reason, p.FrozenMs, p.Checkpoint, p.Disks,
            p.LeftOut, p.BytesRead, p.BytesStored, Math.Round(took.TotalSeconds, 3), outcome.Warnings.ToJson(call.Texts));
    }
}
