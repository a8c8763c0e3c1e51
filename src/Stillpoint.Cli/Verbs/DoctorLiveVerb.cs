using Stillpoint.Cli.Output;
using Stillpoint.Cli.Service;
using Stillpoint.Cli.Session;
using Stillpoint.Control.Doctoring;
using Stillpoint.Doctor;
using Stillpoint.Engine.Repairs;
using Stillpoint.Model;

namespace Stillpoint.Cli.Verbs;

/// <summary><c>stillpoint doctor --vm VM</c>: the VM as it is now, and with <c>--repair</c> what can be repaired, tried out by a backup.</summary>
internal static class DoctorLiveVerb
{
    /// <summary>Repairs of one call: what the first one uncovers may need a second.</summary>
    private const int Most = 5;

    public static async Task<int> RunAsync(Invocation call, CancellationToken ct)
    {
        if (await call.ServiceAsync(Concern.Host | Concern.Vault, ct) is { } service) return await RunAsync(call, new DoctorThere(call, service), [], ct);
        var control = call.Control;
        var host = await call.ConnectAsync(ct);
        var vault = call.Line.Value("vault") is { } path ? Path.GetFullPath(path) : control.Places.DefaultVault;
        using var secret = vault is null ? null : call.Secrets.OfVaultUnasked(call.Line.Value("passphrase-file"));
        var earlier = await Recovery.EndRepairsAsync(call, ct);
        return await RunAsync(call, new DoctorHere(call, host, vault, secret), earlier, ct);
    }

    private static async Task<int> RunAsync(Invocation call, IDoctorSide doctor, IReadOnlyList<InterruptedRepair> earlier, CancellationToken ct)
    {
        var live = await doctor.LookAsync(ct);
        if (call.Line.Value("save-facts") is { } file) DoctorVerb.Save(live.Facts, file);
        if (!call.Json) Write(call, live);
        var repairs = new List<RepairRecord>();
        while (call.Line.Value("repair") is { } level && repairs.Count < Most && Next(call, live, repairs, level) is { } cause)
        {
            call.Confirm(call.Texts.Of("prompt.repair", ("vm", live.VmName)) + " " + call.CauseTexts.Of("repair." + cause.Repair));
            var record = await doctor.RepairAsync(live, cause, ct);
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
            live = await doctor.LookAsync(ct);
        }
        var backup = repairs.Any(r => r.End == RepairEnd.Helped) && await doctor.BackUpAsync(live, ct) is { } tried ? Told(call, tried) : null;
        if (call.Line.Has("repair") && repairs.Count == 0) call.Say(call.Texts.Of("doctor.repair-nothing"));
        call.Show(() => JsonOf(call, live, earlier, repairs, backup), JsonDocuments.Shapes.LiveDiagnosisJson, static () => { });
        return repairs.Exists(r => r.End != RepairEnd.Helped) || backup is { Failure: not null } ? ExitCode.LessThanWanted : ExitCode.Done;
    }

    private static FoundCause? Next(Invocation call, LiveDiagnosis live, List<RepairRecord> done, string level)
    {
        if (live.Repairable is not { } cause || done.Exists(d => d.Cause == cause.Id)) return null;
        if (level == "all" || RepairOrder.Of(cause.Repair!)!.Safe) return cause;
        call.Say(call.Texts.Of("doctor.repair-needs-all", ("repair", cause.Repair!)));
        return null;
    }

    private static BackupAfterJson Told(Invocation call, TriedBackup tried)
    {
        var point = tried.Point;
        if (tried.Failure is { } failure && !call.Json) FailureView.Write(call.World.Error, call.Texts.Of("label.error"), failure, call.Texts);
        if (point is not null)
        {
            call.Say(call.Texts.Of("backup.done", ("point", point.Id.ToString()), ("vm", point.VmName)));
            if (!call.Json) PointVerbs.Describe(call.World.Out, point, call.Texts);
        }
        return new(tried.Job.ToString(), tried.State.ToText(), point?.Id.ToString(), point?.Consistency.ToText(), tried.Failure?.ToJson(call.Texts));
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
