using Stillpoint.Cli.Output;
using Stillpoint.Cli.Service;
using Stillpoint.Cli.Session;
using Stillpoint.Control.Doctoring;
using Stillpoint.Control.Workers;
using Stillpoint.Doctor;
using Stillpoint.Engine.Capture;
using Stillpoint.Engine.Repairs;
using Stillpoint.Hypervisor;
using Stillpoint.Model;
using Stillpoint.Vault;

namespace Stillpoint.Cli.Verbs;

/// <summary><c>stillpoint doctor --vm VM</c>: the VM as it is now, and with <c>--repair</c> what can be repaired, tried out by a backup.</summary>
internal static class DoctorLiveVerb
{
    /// <summary>Repairs of one call: what the first one uncovers may need a second.</summary>
    private const int Most = 5;

    public static async Task<int> RunAsync(Invocation call, CancellationToken ct)
    {
        // Repairs are agreed to one by one, and done here.
        if (!call.Line.Has("repair") && await call.ServiceAsync(Concern.Host | Concern.Vault, ct) is { } service) return await ThereAsync(call, service, ct);
        var control = call.Control;
        var host = await call.ConnectAsync(ct);
        var vault = call.Line.Value("vault") is { } path ? Path.GetFullPath(path) : control.Places.DefaultVault;
        using var secret = vault is null ? null : call.Secrets.OfVaultUnasked(call.Line.Value("passphrase-file"));
        Task<LiveDiagnosis> LookAsync() => call.Control.ExamineAsync(host, call.Line.Value("vm")!, vault, secret, ct);

        var earlier = await Recovery.EndRepairsAsync(call, ct);
        var live = await LookAsync();
        if (call.Line.Value("save-facts") is { } file) DoctorVerb.Save(live.Facts, file);
        if (!call.Json) Write(call, live);
        var repairs = new List<RepairRecord>();
        while (call.Line.Value("repair") is { } level && repairs.Count < Most && Next(call, live, repairs, level) is { } cause)
        {
            call.Confirm(call.Texts.Of("prompt.repair", ("vm", live.VmName)) + " " + call.CauseTexts.Of("repair." + cause.Repair));
            var record = await call.Control.RepairAsync(host, live, cause, vault, secret, ct);
            repairs.Add(record);
            (string, string)[] about = [("repair", record.Repair), ("cause", cause.Id)];
            call.Say(record.End switch
            {
                RepairEnd.Helped => call.Texts.Of("doctor.repair-helped", about),
                RepairEnd.Undone => call.Texts.Of("doctor.repair-undone", about),
                RepairEnd.DidNotHelp => call.Texts.Of("doctor.repair-did-not-help", about),
                _ => call.Texts.Of("doctor.repair-failed", about),
            });
            if (record.End != RepairEnd.Helped) break;
            live = await LookAsync();
        }
        var backup = repairs.Any(r => r.End == RepairEnd.Helped) ? await BackUpAsync(call, host, live, vault, secret, ct) : null;
        if (call.Line.Has("repair") && repairs.Count == 0) call.Say(call.Texts.Of("doctor.repair-nothing"));
        call.Show(() => JsonOf(call, live, earlier, repairs, backup), JsonDocuments.Shapes.LiveDiagnosisJson, static () => { });
        return repairs.Exists(r => r.End != RepairEnd.Helped) || backup is { Failure: not null } ? ExitCode.LessThanWanted : ExitCode.Done;
    }

    private static async Task<int> ThereAsync(Invocation call, ServiceLink service, CancellationToken ct)
    {
        var seen = await service.AskAsync(s => s.Doctor.ExamineAsync(call.Line.Value("vm")!, ct));
        IReadOnlyList<Fact> facts = [.. seen.Facts.Select(f => f.ToFact())];
        // By the same rules, in the words of whoever asks.
        var live = new LiveDiagnosis(
            seen.Vm, seen.VmId is { } id ? Received.VmOf(id) : null, facts, Diagnostician.Default.Diagnose(facts), seen.EarlierJob is { } job ? Received.JobOf(job) : null);
        if (call.Line.Value("save-facts") is { } file) DoctorVerb.Save(live.Facts, file);
        call.Show(() => JsonOf(call, live, [], [], null), JsonDocuments.Shapes.LiveDiagnosisJson, () => Write(call, live));
        return ExitCode.Done;
    }

    private static FoundCause? Next(Invocation call, LiveDiagnosis live, List<RepairRecord> done, string level)
    {
        if (live.Repairable is not { } cause || done.Exists(d => d.Cause == cause.Id)) return null;
        if (level == "all" || RepairOrder.Of(cause.Repair!)!.Safe) return cause;
        call.Say(call.Texts.Of("doctor.repair-needs-all", ("repair", cause.Repair!)));
        return null;
    }

    /// <summary>Whether it is good now only a backup can tell.</summary>
    private static async Task<BackupAfterJson?> BackUpAsync(
        Invocation call, IHypervisorHost host, LiveDiagnosis live, string? vault, VaultSecret? secret, CancellationToken ct)
    {
        if (vault is null || secret is null) return null;
        var order = new BackupOrder(JobId.New(call.World.Clock), live.Vm!.Value.ToString(), CapturePolicy.Default, new HashSet<string>(), null, false);
        await Recovery.RunAsync(call, null, ct);
        JobOutcome<CaptureResult> outcome;
        await using (var progress = new ProgressView(call)) outcome = await call.Control.BackUpAsync(host, new VaultAccess(vault, secret), order, progress, ct);
        var point = outcome.Result?.Point;
        if (outcome.Failure is { } failure && !call.Json) FailureView.Write(call.World.Error, call.Texts.Of("label.error"), failure, call.Texts);
        if (point is not null)
        {
            call.Say(call.Texts.Of("backup.done", ("point", point.Id.ToString()), ("vm", point.VmName)));
            if (!call.Json) PointVerbs.Describe(call.World.Out, point, call.Texts);
        }
        return new(outcome.Job.ToString(), outcome.State.ToText(), point?.Id.ToString(), point?.Consistency.ToText(), outcome.Failure?.ToJson(call.Texts));
    }

    private static void Write(Invocation call, LiveDiagnosis live)
    {
        DiagnosisView.Write(call.World.Out, live.Diagnosis, call.Texts, call.CauseTexts, call.World.Clock.LocalTimeZone);
        if (live.EarlierJob is { } job) call.Say(call.Texts.Of("doctor.earlier-job", ("job", job.ToString())));
        DoctorVerb.NotRead(call, live.Facts);
    }

    private static LiveDiagnosisJson JsonOf(
        Invocation call, LiveDiagnosis live, IReadOnlyList<InterruptedRepair> earlier, List<RepairRecord> repairs, BackupAfterJson? backup)
    {
        var found = live.Diagnosis.ToJson(call.CauseTexts);
        return new(
            live.VmName, live.Vm?.ToString(), found.Causes, found.Candidates, found.Healthy,
            [.. live.Facts.Where(f => f.Name.StartsWith("probe.failed:", StringComparison.Ordinal)).Select(f => new SkippedJson(f.Name["probe.failed:".Length..], f.Value))],
            live.EarlierJob?.ToString(), [.. repairs.Select(r => new RepairJson(r.Repair, r.Cause, r.End.ToText(), r.Failure))], backup,
            [.. earlier.Select(e => new InterruptedRepairJson(e.Record.VmName, e.Record.Repair, e.Record.Cause, e.Record.End.ToText(), e.Left?.Code.ToText() ?? e.Record.Failure))]);
    }
}
