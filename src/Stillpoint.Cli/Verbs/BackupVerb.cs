using Stillpoint.Cli.Grammar;
using Stillpoint.Cli.Output;
using Stillpoint.Cli.Service;
using Stillpoint.Cli.Session;
using Stillpoint.Control.Workers;
using Stillpoint.Doctor;
using Stillpoint.Engine.Capture;
using Stillpoint.Model;

namespace Stillpoint.Cli.Verbs;

internal static class BackupVerb
{
    public static async Task<int> RunAsync(Invocation call, CancellationToken ct)
    {
        var started = call.World.Clock.GetTimestamp();
        var order = OrderOf(call);
        // What runs a command of the caller's is not the service's to do: without it, a service that is there holds the folder.
        var service = order.BeforeRelease is null ? await call.ServiceAsync(Concern.Host | Concern.Vault, ct) : null;
        var outcome = service is null ? await HereAsync(call, order, ct) : await ThereAsync(call, service, order, ct);
        // Only what names something: that nothing was found is told by `job show`. Of a job that was cancelled, too.
        var diagnosis = await JobVerbs.DiagnoseAsync(call, outcome.Job, CancellationToken.None) is { } found && (found.Causes.Length > 0 || found.Candidates.Length > 0) ? found : null;
        if (outcome.Failure is { } failure)
        {
            foreach (var warning in outcome.Warnings) call.Warn(warning);
            return CliProgram.Tell(failure, call.World, call.Texts, call.Json, outcome.Job, outcome.Warnings, diagnosis);
        }
        var took = call.World.Clock.GetElapsedTime(started);
        var point = outcome.Result!.Point;
        call.Show(() => JsonOf(outcome, point, took, diagnosis, call), JsonDocuments.Shapes.BackupJson, () =>
        {
            call.Say(call.Texts.Of("backup.done", ("point", point.Id.ToString()), ("vm", point.VmName)));
            PointVerbs.Describe(call.World.Out, point, call.Texts);
            call.Say(call.Texts.Of("backup.totals", ("read", $"{point.BytesRead}"), ("stored", $"{point.BytesStored}"), ("time", Invocation.Seconds(took))));
            // What the point itself tells has been told.
            var told = point.LeftOut.Select(l => l.Reason.Code).ToHashSet();
            if (point.Reason is { } reason) told.Add(reason.Code);
            foreach (var warning in outcome.Warnings.Where(w => !told.Contains(w.Code))) call.Warn(warning);
            if (diagnosis is not null) DiagnosisView.Write(call.World.Error, diagnosis, call.Texts, call.CauseTexts, call.World.Clock.LocalTimeZone);
        });
        return ExitCode.Done;
    }

    private static async Task<JobOutcome<CaptureResult>> HereAsync(Invocation call, BackupOrder order, CancellationToken ct)
    {
        using var secret = call.VaultSecret;
        var vault = new VaultAccess(call.VaultPath, secret);
        call.Control.ExpectBackup(call.HostUri, vault);
        var host = await call.ConnectAsync(ct);
        // Thaws and ends jobs now; what only the vault can decide is the worker's, who opens it.
        await Recovery.RunAsync(call, null, ct);
        await Recovery.FinishRestoresAsync(call, host, ct);
        await using var progress = new ProgressView(call);
        return await call.Control.BackUpAsync(host, vault, order, progress, ct);
    }

    private static async Task<JobOutcome<CaptureResult>> ThereAsync(Invocation call, ServiceLink service, BackupOrder order, CancellationToken ct)
    {
        var p = order.Policy;
        EndedJob ended;
        await using (var progress = new ProgressView(call))
        {
            ended = await new ServiceJob(call, service).RunAsync((s, key, left) => s.Jobs.BackUpAsync(
                new(
                    order.Vm, p.Wanted.ToText(), !p.StepDown, p.FreezeLimit.TotalSeconds, p.Guard.ToText(), p.Tracking.ToText(), order.FullRead, [.. order.ExcludedDisks],
                    p.SampleShare, p.Patience.TotalMinutes, order.DespiteLoad, p.Scripts.Rule.ToText(), p.Scripts.Limit.TotalSeconds, p.Scripts.Retries),
                left, key), progress, ct);
        }
        // A report that is gone is no loss: the point itself is in the vault.
        var point = ended.Job.Failure is not null ? null : ended.Report?.Point ?? await service.AskAsync(s => s.Points.ShowAsync(ended.Job.Point!, ct));
        return new(ended.Job.Id, ended.Job.State, point is null ? null : new(point.ToPoint(), ended.Warnings, default), ended.Job.Failure, ended.Warnings);
    }

    private static BackupOrder OrderOf(Invocation call)
    {
        var line = call.Line;
        var policy = CapturePolicy.Default;
        policy = policy with
        {
            Wanted = line.Value("consistency") switch { "crash" => Consistency.Crash, "application" => Consistency.Application, _ => policy.Wanted },
            StepDown = !line.Has("strict"),
            FreezeLimit = line.Number("freeze-limit", "2-60") is { } seconds
                ? TimeSpan.FromSeconds(Math.Clamp(seconds, -1, 1e6))
                : policy.FreezeLimit,
            Guard = line.Value("guard") is "warden-alone" ? GuardRule.WardenAlone : policy.Guard,
            Tracking = line.Value("tracking") switch { "persistent" => Tracking.Persistent, "none" => Tracking.None, _ => policy.Tracking },
            Patience = line.Number("patience", "0-1440") is { } minutes ? TimeSpan.FromMinutes(Math.Clamp(minutes, -1, 1e6)) : policy.Patience,
            Scripts = ScriptOptions.Apply(policy.Scripts, line),
            SampleShare = line.Number("sample-share", "0-1") ?? policy.SampleShare,
        };
        if (policy.Validate() is { } invalid) throw new FailureException(invalid);
        return new(
            JobId.New(call.World.Clock), line.Argument!, policy, line.Values("exclude-disk").ToHashSet(StringComparer.Ordinal),
            line.Value("before-release"), line.Has("full")) { DespiteLoad = line.Has("despite-load") };
    }

    private static BackupJson JsonOf(JobOutcome<CaptureResult> outcome, RecoveryPoint point, TimeSpan took, Diagnosis? diagnosis, Invocation call)
    {
        var p = point.ToJson(call.Texts);
        return new(
            outcome.Job.ToString(), outcome.State.ToText(), p.Point, p.Vm, p.VmId, p.Taken, p.Consistency, p.Reason, p.FrozenMs, p.Checkpoint, p.Disks,
            p.LeftOut, p.BytesRead, p.BytesStored, Math.Round(took.TotalSeconds, 3), outcome.Warnings.ToJson(call.Texts),
            diagnosis?.ToJson(call.CauseTexts));
    }
}
