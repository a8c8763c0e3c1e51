using System.Text.Json;
using Stillpoint.Contracts;
using Stillpoint.Control.Alerts;
using Stillpoint.Control.Catalog;
using Stillpoint.Control.Planning;
using Stillpoint.Control.Protection;
using Stillpoint.Control.Scheduling;
using Stillpoint.Engine.Capture;
using Stillpoint.Hypervisor;
using Stillpoint.Model;

namespace Stillpoint.Cli.Service;

/// <summary>
/// What the service tells, as the words this program works with: so that a verb shows the same whoever did the work. Codes and arguments travel; the
/// words are made here.
/// </summary>
internal static class Received
{
    public static T Word<T>(string text) where T : struct, Enum
    {
        foreach (var value in Enum.GetValues<T>())
            if (value.ToText() == text) return value;
        throw new FailureException(Failure.Of(FailureCode.InternalError, Stage.Connect).With(new(typeof(T).Name, text)));
    }

    public static Failure ToFailure(this Problem p) => FailureOf(p.Code, p.Stage, p.Arguments, p.Evidence, p.Retryable);

    public static Failure ToFailure(this FailureView f) => FailureOf(f.Code, f.Stage, f.Arguments, f.Evidence, f.Retryable);

    public static IReadOnlyList<Failure> ToFailures(this IEnumerable<FailureView> failures) => [.. failures.Select(ToFailure)];

    public static RecoveryPoint ToPoint(this PointView p) => new(
        IdOf(p.Id), VmOf(p.VmId), p.Vm, p.Taken, Word<Consistency>(p.Consistency), p.Reason?.ToFailure(),
        p.FrozenMs is { } ms ? TimeSpan.FromMilliseconds(ms) : null, p.Checkpoint,
        [.. p.Disks.Select(d => new PointDisk(d.Name, d.Format, d.SizeBytes, Word<ReadMode>(d.Mode), d.BytesRead, d.BytesChanged))],
        [.. p.LeftOut.Select(l => new LeftOut(l.Name, l.Kind, l.Reason.ToFailure()))], p.BytesStored);

    public static JobRecord ToJob(this JobView j) => new(
        JobOf(j.Id), Word<JobKind>(j.Kind), Word<JobState>(j.State), j.VmId is { } vm ? VmOf(vm) : null, j.Vm, j.Host, j.Vault, j.Point, j.Started, j.Ended, j.BytesDone,
        j.BytesStored, j.Failure?.ToFailure(), "", 0);

    public static JobDetails ToDetails(this JobDetailsView d) => new(
        d.Job.ToJob(), [.. d.SubTasks.Select(s => new SubTaskRecord(Word<SubTask>(s.Name), s.Started, s.Ended, s.Failure?.ToFailure()))], d.Warnings.ToFailures())
    {
        Scripts = [.. (d.Scripts ?? []).Select(s => new ScriptRun(Word<ScriptPhase>(s.Phase), s.Name, s.ExitCode, s.Tries, s.Output))],
    };

    public static Fact ToFact(this FactView f) => new(f.Name, f.Value, f.Source, f.Time ?? default);

    public static VmCheckReport ToReport(this VmCheckView v) => new(
        v.Name, VmOf(v.Id), Word<PowerState>(v.State), v.Consistency is { } c ? Word<Consistency>(c) : null, v.Blocked?.ToFailure(), v.Reason?.ToFailure(),
        [.. v.Disks.Select(d => new CheckedDisk(d.Name, d.Format, d.Reason?.ToFailure(), d.Tracked))], v.InternalSnapshots, v.LeftOut.ToFailures());

    public static StoredPolicy ToPolicy(this PolicyView p) =>
        new(PolicyText.Read(JsonSerializer.Serialize(p.Policy, ContractsJson.Terse.PolicyBody)), p.Version, p.Changed);

    public static PolicyBody ToBody(this Policy p) => JsonSerializer.Deserialize(PolicyText.Write(p), ContractsJson.Default.PolicyBody)!;

    public static Alert ToAlert(this AlertView a) =>
        new(a.Id, new(Word<AlertKind>(a.Kind), a.Subject, a.Name, a.Arguments), a.Raised, a.Seen, a.Hushed, a.Cleared);

    public static PointId IdOf(string text) => PointId.TryParse(text, out var id) ? id : default;

    public static JobId JobOf(string text)
    {
        Ulid.TryParse(text, out var id);
        return new(id);
    }

    public static VmId VmOf(string text) => new(Guid.Parse(text));

    /// <summary>Null: a notice that is no event of the job.</summary>
    public static JobEvent? ToEvent(this JobNotice n, JobId job) => n.Kind switch
    {
        "sub-task-started" => new SubTaskStarted(job, n.At, Word<SubTask>(n.SubTask!)),
        "sub-task-finished" => new SubTaskFinished(job, n.At, Word<SubTask>(n.SubTask!), n.Failure?.ToFailure()),
        "progress" => new Progressed(job, n.At, Word<SubTask>(n.SubTask!), n.DoneBytes ?? 0, n.TotalBytes ?? 0, n.StoredBytes ?? 0),
        "waiting" => new WaitingForGuest(job, n.At, n.Failure!.ToFailure(), TimeSpan.FromSeconds(n.Seconds ?? 0)),
        "cleared" => new InterruptedJobCleared(job, n.At, n.Job ?? "", n.Vm ?? ""),
        _ => null,
    };

    /// <summary>Null: a notice that is no event of the scheduler.</summary>
    public static SchedulerEvent? ToEvent(this DueNotice n) => n.Kind switch
    {
        "started" => new RunStarted(n.At, StartOf(n), JobOf(n.Job!)),
        "ended" => new RunEnded(
            n.At, StartOf(n), JobOf(n.Job!), n.State is { } state ? Word<JobState>(state) : null, n.Point?.ToPoint(), n.Failure?.ToFailure(), (n.Warnings ?? []).ToFailures()),
        "care" => new CareEnded(
            n.At, Word<JobKind>(n.CareKind!), JobOf(n.Job!), Word<JobState>(n.State!), n.Count ?? 0, n.Failure?.ToFailure(), (n.Warnings ?? []).ToFailures()),
        "host-out-of-reach" => new HostOutOfReach(n.At, n.Host!, n.Failure!.ToFailure()),
        "look-failed" => new LookFailed(n.At, n.Failure!.ToFailure()),
        _ => null,
    };

    /// <summary>As far as it is told of.</summary>
    private static PlannedStart StartOf(DueNotice n) => new(
        new(VmOf(n.VmId!), n.Vm!, "", "", "", new("none"), n.At), new(n.At, n.At), n.At, TimeSpan.Zero, Word<StartKind>(n.StartKind!), true);

    private static Failure FailureOf(
        string code, string stage, IReadOnlyDictionary<string, string> arguments, IReadOnlyList<EvidenceView> evidence, bool retryable) => new(
            Word<FailureCode>(code), Word<Stage>(stage), arguments, [.. evidence.Select(e => new Evidence(e.Source, e.Text, e.Time))], retryable);
}
