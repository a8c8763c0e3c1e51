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

/// <summary>A backup that shows whether a repair was worth it.</summary>
internal sealed record TriedBackup(JobId Job, JobState State, RecoveryPoint? Point, Failure? Failure);

/// <summary>Who looks at the VM and repairs it: this command, or the service that works in the data folder.</summary>
internal interface IDoctorSide
{
    Task<LiveDiagnosis> LookAsync(CancellationToken ct);

    /// <exception cref="FailureException">What ended the repair's job.</exception>
    Task<RepairRecord> RepairAsync(LiveDiagnosis live, FoundCause cause, CancellationToken ct);

    /// <summary>Whether it is good now only a backup can tell.</summary>
    /// <returns>Null: there is no vault, or no key to it.</returns>
    Task<TriedBackup?> BackUpAsync(LiveDiagnosis live, CancellationToken ct);
}

internal sealed class DoctorHere(Invocation call, IHypervisorHost host, string? vault, VaultSecret? secret) : IDoctorSide
{
    public Task<LiveDiagnosis> LookAsync(CancellationToken ct) => call.Control.ExamineAsync(host, call.Line.Value("vm")!, vault, secret, ct);

    public async Task<RepairRecord> RepairAsync(LiveDiagnosis live, FoundCause cause, CancellationToken ct)
    {
        await using var progress = new ProgressView(call);
        var outcome = await call.Control.RepairAsync(host, new(JobId.New(call.World.Clock), live.Vm!.Value.ToString(), cause.Id), live, vault, secret, progress, ct);
        return outcome.Result ?? throw new FailureException(outcome.Failure!);
    }

    public async Task<TriedBackup?> BackUpAsync(LiveDiagnosis live, CancellationToken ct)
    {
        if (vault is null || secret is null) return null;
        var order = new BackupOrder(JobId.New(call.World.Clock), live.Vm!.Value.ToString(), CapturePolicy.Default, new HashSet<string>(), null, false);
        await Recovery.RunAsync(call, null, ct);
        await using var progress = new ProgressView(call);
        var outcome = await call.Control.BackUpAsync(host, new VaultAccess(vault, secret), order, progress, ct);
        return new(outcome.Job, outcome.State, outcome.Result?.Point, outcome.Failure);
    }
}

internal sealed class DoctorThere(Invocation call, ServiceLink service) : IDoctorSide
{
    /// <summary>What the service says where it has no vault, or no key to it.</summary>
    private static readonly FailureCode[] NoVault =
        [FailureCode.VaultNotChosen, FailureCode.PassphraseMissing, FailureCode.PassphraseUnusable, FailureCode.SecretFileOpenToOthers];

    /// <summary>Diagnosed here from what the service saw: by the same rules, in the words of whoever asks.</summary>
    public async Task<LiveDiagnosis> LookAsync(CancellationToken ct)
    {
        var seen = await service.AskAsync(s => s.Doctor.ExamineAsync(call.Line.Value("vm")!, ct));
        IReadOnlyList<Fact> facts = [.. seen.Facts.Select(f => f.ToFact())];
        return new(
            seen.Vm, seen.VmId is { } id ? Received.VmOf(id) : null, facts, Diagnostician.Default.Diagnose(facts), seen.EarlierJob is { } job ? Received.JobOf(job) : null);
    }

    public async Task<RepairRecord> RepairAsync(LiveDiagnosis live, FoundCause cause, CancellationToken ct)
    {
        var vm = live.Vm!.Value.ToString();
        EndedJob ended;
        await using (var progress = new ProgressView(call))
            // Agreed to by now, here or by --yes.
            ended = await new ServiceJob(call, service).RunAsync((s, key, left) => s.Jobs.RepairAsync(new(vm, cause.Id, live.VmName), left, key), progress, ct);
        if (ended.Failed(ended.Report?.Repair) is { } failure) throw new FailureException(failure);
        var done = ended.Report!.Repair!;
        return new()
        {
            Repair = done.Repair, Cause = done.Cause, VmId = vm, VmName = live.VmName, Began = ended.Job.Started, Ended = ended.Job.Ended,
            End = Received.Word<RepairEnd>(done.End), Failure = done.Failure,
        };
    }

    public async Task<TriedBackup?> BackUpAsync(LiveDiagnosis live, CancellationToken ct)
    {
        try
        {
            await using var progress = new ProgressView(call);
            var ended = await new ServiceJob(call, service).RunAsync((s, key, left) => s.Jobs.BackUpAsync(new(live.Vm!.Value.ToString()), left, key), progress, ct);
            return new(ended.Job.Id, ended.Job.State, ended.Report?.Point?.ToPoint(), ended.Job.Failure);
        }
        catch (FailureException e) when (NoVault.Contains(e.Failure.Code))
        {
            return null;
        }
    }
}
