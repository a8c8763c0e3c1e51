using Stillpoint.Control.Catalog;
using Stillpoint.Control.Jobs;
using Stillpoint.Doctor;
using Stillpoint.Doctor.Live;
using Stillpoint.Engine;
using Stillpoint.Engine.Examine;
using Stillpoint.Engine.Repairs;
using Stillpoint.Hypervisor;
using Stillpoint.Model;
using Stillpoint.Vault;

namespace Stillpoint.Control.Doctoring;

/// <summary>Looks at a VM as it is now, names what is wrong, and repairs what may be repaired.</summary>
internal sealed class LiveDoctor(IEngine engine, EnginePaths paths, JobTable jobs, JobFactTable facts, TimeProvider clock)
{
    /// <summary>What lies further back than this, or than the last good backup, is history.</summary>
    private static readonly TimeSpan Recent = TimeSpan.FromDays(1);
    private const int Looked = 50;

    /// <exception cref="FailureException">VmNotFound: neither host nor catalog knows it; the host's.</exception>
    public async Task<LiveDiagnosis> LookAsync(IHypervisorHost host, string vm, string? vault, VaultSecret? secret, CancellationToken ct)
    {
        var past = jobs.List(vm, Looked).Where(j => j.Kind == JobKind.Backup).ToArray();
        // A repair looks at the VM while it is a job itself.
        var running = jobs.ListRunning().Where(j => j.Kind != JobKind.Repair).ToList();
        // A warning (a disk left out) is no trouble; facts were kept of a job that had some.
        bool Good(JobRecord job) => job.State is JobState.Completed or JobState.CompletedWithWarnings && facts.Of(job.Id).Count == 0;
        var good = past.FirstOrDefault(j => j.Ended is not null && Good(j));
        var recent = clock.GetUtcNow() - Recent;
        var since = good?.Ended is { } ended && ended > recent ? ended : recent;
        var seen = await engine.ExamineAsync(
            host, paths, new(vm, vault, secret, since, running.Any(j => j.Vm == vm || j.VmId?.ToString() == vm), running.Count), ct);
        // Of a name that nobody ever knew nothing can be said; of a VM that was backed up, that it is gone.
        if (seen.Vm is null && past.Length == 0) throw new FailureException(FailureCode.VmNotFound, Stage.Input, ("vm", vm), ("uri", host.Uri.Text));
        IReadOnlyList<Fact> found = [.. seen.Facts, .. seen.Texts.SelectMany(t => GuestReport.Read(t.Name, t.Token, t.Text, t.Time, ct))];
        var diagnosis = Diagnostician.Default.Diagnose(found);
        var last = past.FirstOrDefault(j => j.Ended is not null);
        var earlier = diagnosis.Healthy && last is { State: JobState.Failed or JobState.CompletedWithWarnings } && !Good(last) ? last.Id : (JobId?)null;
        return new(seen.VmName, seen.Vm, found, diagnosis, earlier);
    }

    /// <summary>Carries out the repair of one cause; whether it helped is found by looking again.</summary>
    /// <exception cref="FailureException">CauseNotRepairable, and as <see cref="LookAsync"/>.</exception>
    public async Task<JobResult<RepairRecord>> RepairAsync(
        IHypervisorHost host, IDomain domain, CauseToRepair order, LiveDiagnosis? seen, string? vault, VaultSecret? secret, IJobEvents events, CancellationToken ct)
    {
        events.Publish(new SubTaskStarted(order.Job, clock.GetUtcNow(), SubTask.Repair));
        Failure? failure = Failure.Of(FailureCode.Cancelled, Stage.Input);
        try
        {
            var live = seen ?? await LookAsync(host, domain.Id.ToString(), vault, secret, ct);
            var cause = live.Diagnosis.Causes.FirstOrDefault(c => c.Id == order.Cause);
            if (cause?.Repair is not { } id || RepairOrder.Of(id, cause.Arguments) is not { } repair)
                throw new FailureException(FailureCode.CauseNotRepairable, Stage.Preflight, ("vm", domain.Name), ("cause", order.Cause));
            var record = await engine.RepairAsync(
                host.Uri, domain, paths, repair, cause.Id,
                async token =>
                {
                    var now = (await LookAsync(host, domain.Id.ToString(), vault, secret, token)).Diagnosis;
                    return now.Causes.All(c => c.Id != cause.Id && !c.Consequences.Contains(cause.Id));
                },
                ct);
            failure = null;
            if (record.End is RepairEnd.Helped) return new(record, [], null, null);
            var warning = Failure.Of(FailureCode.RepairDidNotHelp, Stage.Preflight, ("vm", domain.Name), ("repair", record.Repair), ("cause", cause.Id));
            events.Publish(new WarningRaised(order.Job, clock.GetUtcNow(), warning));
            return new(record, [warning], null, null);
        }
        catch (FailureException e)
        {
            failure = e.Failure;
            throw;
        }
        finally
        {
            events.Publish(new SubTaskFinished(order.Job, clock.GetUtcNow(), SubTask.Repair, failure));
        }
    }
}
