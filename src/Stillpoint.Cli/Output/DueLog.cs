using System.Collections.Concurrent;
using Stillpoint.Cli.Session;
using Stillpoint.Control.Scheduling;
using Stillpoint.Model;

namespace Stillpoint.Cli.Output;

/// <summary>Tells a scheduler's events as they come: results on standard output, starts and failures on standard error.</summary>
internal sealed class DueLog(Invocation call) : ISchedulerEvents, IJobEvents
{
    private readonly ConcurrentQueue<SchedulerEvent> _all = [];
    private readonly Lock _gate = new();

    /// <summary>0: all that was due is done. Damage counts before failures: it does not go away by itself.</summary>
    public int ExitCode =>
        _all.OfType<CareEnded>().Any(c => c is { Kind: JobKind.Verify, Warnings.Count: > 0 }) ? Output.ExitCode.VaultDamaged
        : _all.Any(e => e is HostOutOfReach or LookFailed or RunEnded { Failure: not null } or CareEnded { Failure: not null }) ? Output.ExitCode.Failed
        : Output.ExitCode.Done;

    /// <summary>Progress of several jobs at once is not drawn.</summary>
    public void Publish(JobEvent jobEvent)
    {
    }

    public void Publish(SchedulerEvent schedulerEvent)
    {
        _all.Enqueue(schedulerEvent);
        if (call.Json) return;
        // Lines of several jobs must not mix.
        lock (_gate) Write(schedulerEvent);
    }

    public void Sum()
    {
        if (_all.IsEmpty) call.Say(call.Texts.Of("due.nothing"));
    }

    public RunDueJson ToJson() => new(
        [.. _all.OfType<RunEnded>().Select(r => new DueRunJson(
            r.Start.Vm.Name, r.Start.Vm.Id.ToString(), r.Start.Kind.ToText(), r.Job.ToString(), r.State?.ToText(), r.Point?.Id.ToString(), r.Failure?.ToJson(call.Texts), r.Warnings.ToJson(call.Texts)))],
        [.. _all.OfType<HostOutOfReach>().Select(h => new HostOutJson(h.Uri, h.Failure.ToJson(call.Texts)))],
        [.. _all.OfType<CareEnded>().Select(c => new CareJson(c.Kind.ToText(), c.Job.ToString(), c.State.ToText(), c.Count, c.Failure?.ToJson(call.Texts), c.Warnings.ToJson(call.Texts)))],
        [.. _all.OfType<LookFailed>().Select(f => f.Failure.ToJson(call.Texts))]);

    private void Write(SchedulerEvent e)
    {
        var (texts, error) = (call.Texts, call.World.Error);
        switch (e)
        {
            case RunStarted r when !call.Line.Has("quiet"):
                error.WriteLine(texts.Of("due.started", ("vm", r.Start.Vm.Name), ("kind", texts.Of("start-kind." + r.Start.Kind.ToText()))));
                break;
            case RunEnded { Point: { } point } r:
                call.Say(texts.Of("due.done", ("vm", r.Start.Vm.Name), ("point", point.Id.ToString()), ("consistency", texts.Consistency(point.Consistency)), ("stored", $"{point.BytesStored}")));
                break;
            case RunEnded { Failure: { } failure } r:
                FailureView.Write(error, r.Start.Vm.Name, failure, texts);
                break;
            case HostOutOfReach h:
                FailureView.Write(error, h.Uri, h.Failure, texts);
                break;
            case CareEnded { Failure: null } c:
                call.Say(texts.Of(
                    c.Kind switch { JobKind.Retention => "due.retention", JobKind.Gc => "due.gc", _ => c.Warnings.Count > 0 ? "due.damaged" : "due.verified" }, ("count", $"{c.Count}")));
                foreach (var warning in c.Warnings) FailureView.Write(error, texts.Of("label.warning"), warning, texts);
                break;
            case CareEnded { Failure: { } failure } c:
                FailureView.Write(error, texts.JobKind(c.Kind), failure, texts);
                break;
            case LookFailed f:
                FailureView.Write(error, texts.Of("label.error"), f.Failure, texts);
                break;
        }
    }
}
