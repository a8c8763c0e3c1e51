using Stillpoint.Cli.Grammar;
using Stillpoint.Cli.Output;
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
        using var secret = call.VaultSecret;
        var vault = new VaultAccess(call.VaultPath, secret);
        call.Control.ExpectBackup(call.HostUri, vault);
        var host = await call.ConnectAsync(ct);
        // Thaws and ends jobs now; what only the vault can decide is the worker's, who opens it.
        await Recovery.RunAsync(call, null, ct);
        await Recovery.FinishRestoresAsync(call, host, ct);
        JobOutcome<CaptureResult> outcome;
        await using (var progress = new ProgressView(call)) outcome = await call.Control.BackUpAsync(host, vault, order, progress, ct);
        if (outcome.Failure is { } failure)
        {
            foreach (var warning in outcome.Warnings) call.Warn(warning);
            return CliProgram.Tell(failure, call.World, call.Texts, call.Json, outcome.Job, outcome.Warnings, Diagnosed(call, outcome.Job));
        }
        var took = call.World.Clock.GetElapsedTime(started);
        var point = outcome.Result!.Point;
        var diagnosis = Diagnosed(call, outcome.Job);
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

    /// <summary>Only what names something: that nothing was found is told by <c>job show</c>.</summary>
    private static Diagnosis? Diagnosed(Invocation call, JobId job) =>
        call.Control.Diagnose(job) is { } found && (found.Causes.Length > 0 || found.Candidates.Length > 0) ? found : null;

    private static BackupJson JsonOf(JobOutcome<CaptureResult> outcome, RecoveryPoint point, TimeSpan took, Diagnosis? diagnosis, Invocation call)
    {
        var p = point.ToJson(call.Texts);
        return new(
            outcome.Job.ToString(), outcome.State.ToText(), p.Point, p.Vm, p.VmId, p.Taken, p.Consistency, p.Reason, p.FrozenMs, p.Checkpoint, p.Disks,
            p.LeftOut, p.BytesRead, p.BytesStored, Math.Round(took.TotalSeconds, 3), outcome.Warnings.ToJson(call.Texts),
            diagnosis?.ToJson(call.CauseTexts));
    }
}
