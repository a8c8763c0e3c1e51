using Stillpoint.Cli.Grammar;
using Stillpoint.Cli.Output;
using Stillpoint.Cli.Service;
using Stillpoint.Cli.Session;
using Stillpoint.Control.Catalog;
using Stillpoint.Doctor;
using Stillpoint.Model;

namespace Stillpoint.Cli.Verbs;

internal static class JobVerbs
{
    private const int DefaultLimit = 20, Page = 1000;

    public static async Task<int> ListAsync(Invocation call, CancellationToken ct)
    {
        var limit = call.Line.Number("limit", "1-100000") ?? DefaultLimit;
        if (limit is < 1 or > 100_000) throw CommandLine.Invalid("limit", call.Line.Value("limit")!, "1-100000");
        var (most, vm) = ((int)limit, call.Line.Value("vm"));
        var jobs = await call.ServiceAsync(Concern.Catalog, ct) is { } service
            ? (await service.PagesAsync((s, after) => s.Jobs.ListAsync(ct, vm, after: after, limit: Math.Min(most, Page)), most)).ConvertAll(j => j.ToJob())
            : call.Control.Jobs.List(vm, most);
        call.Show(() => new([.. jobs.Select(j => j.ToJson(call.Texts))]), JsonDocuments.Shapes.JobsJson, () =>
        {
            if (jobs.Count == 0) call.Say(call.Texts.Of("list.no-jobs"));
            else call.World.Out.Write(TableOf(jobs, call));
        });
        return ExitCode.Done;
    }

    public static async Task<int> ShowAsync(Invocation call, CancellationToken ct)
    {
        var details = await FindAsync(call, ct);
        var diagnosis = await DiagnoseAsync(call, details.Job.Id, ct);
        call.Show(
            () => new(
                details.Job.ToJson(call.Texts),
                [.. details.SubTasks.Select(s => new SubTaskJson(
                    Model.KebabCase.ToText(s.SubTask), s.Started, s.Ended, s.Failure?.ToJson(call.Texts)))],
                details.Warnings.ToJson(call.Texts),
                diagnosis?.ToJson(call.CauseTexts),
                [.. details.Scripts.Select(s => new ScriptJson(Model.KebabCase.ToText(s.Phase), s.Name, s.ExitCode, s.Tries, s.Output))]),
            JsonDocuments.Shapes.JobDetailsJson,
            () =>
            {
                Write(call, details);
                if (diagnosis is not null) DiagnosisView.Write(call.World.Out, diagnosis, call.Texts, call.CauseTexts, call.World.Clock.LocalTimeZone);
            });
        return ExitCode.Done;
    }

    /// <summary>A job of the service. One that runs in a command of its own is that command's to end.</summary>
    public static async Task<int> CancelAsync(Invocation call, CancellationToken ct)
    {
        var job = (await FindAsync(call, ct)).Job;
        if (await call.ServiceAsync(Concern.Catalog, ct) is { } service) await service.AskAsync(s => s.Jobs.CancelAsync(job.Id.ToString(), ct));
        else if (job.State is JobState.Running)
            throw new FailureException(FailureCode.JobOfAnotherProcess, Stage.Input, ("job", job.Id.ToString()), ("pid", $"{job.ProcessId}"));
        else throw new FailureException(FailureCode.JobNotRunning, Stage.Input, ("job", job.Id.ToString()));
        call.Show(() => new(job.Id.ToString()), JsonDocuments.Shapes.JobCancelledJson, () => call.Say(call.Texts.Of("job.cancelling", ("job", job.Id.ToString()))));
        return ExitCode.Done;
    }

    /// <summary>By the facts that the job kept: whoever ran it, they are looked at here, by the same rules.</summary>
    /// <returns>Null: there was nothing to look at.</returns>
    public static Task<Diagnosis?> DiagnoseAsync(Invocation call, JobId job, CancellationToken ct) => call.AskAsync(
        c => c.Diagnose(job),
        async s => await s.Jobs.FactsAsync(job.ToString(), ct) is { Count: > 0 } facts ? Diagnostician.Default.Diagnose([.. facts.Select(f => f.ToFact())]) : null, ct);

    private static Task<JobDetails> FindAsync(Invocation call, CancellationToken ct)
    {
        var asked = call.Line.Argument!;
        return call.AskAsync(c => c.Jobs.Find(asked), async s => (await s.Jobs.ShowAsync(asked, ct)).ToDetails(), ct);
    }

    private static void Write(Invocation call, JobDetails details)
    {
        var (texts, job) = (call.Texts, details.Job);
        call.World.Out.Write(TableOf([job], call));
        call.Say(texts.Labelled(texts.Of("label.vault"), job.Vault));
        if (job.Point is { } point) call.Say(texts.Labelled(texts.Of("col.point"), point));
        if (details.SubTasks.Count > 0)
        {
            call.Say("");
            var table = new Table(texts.Of("col.sub-task"), texts.Of("col.started"), texts.Of("col.duration"));
            foreach (var s in details.SubTasks) table.Add(texts.SubTask(s.SubTask), call.Time(s.Started), Took(call, s.Started, s.Ended));
            call.World.Out.Write(table);
        }
        foreach (var script in details.Scripts)
        {
            call.Say(texts.Labelled(
                Model.KebabCase.ToText(script.Phase) + ".d/" + script.Name, texts.Of("job.script", ("exit", $"{script.ExitCode}"), ("tries", $"{script.Tries}"))));
            foreach (var line in script.Output.Split('\n', StringSplitOptions.RemoveEmptyEntries)) call.Say("    " + line);
        }
        foreach (var warning in details.Warnings) FailureView.Write(call.World.Out, texts.Of("label.warning"), warning, texts);
        if (job.Failure is { } failure)
        {
            FailureView.Write(call.World.Out, texts.Of("label.error"), failure, texts, all: true);
            call.Say(texts.Labelled(texts.Of("label.stage"), texts.Stage(failure.Stage)));
        }
    }

    private static Table TableOf(IEnumerable<JobRecord> jobs, Invocation call)
    {
        var texts = call.Texts;
        var table = new Table(
            texts.Of("col.job"), texts.Of("col.kind"), texts.Of("col.vm"), texts.Of("col.state"), texts.Of("col.started"), texts.Of("col.duration"));
        foreach (var j in jobs)
            table.Add(j.Id.ToString(), texts.JobKind(j.Kind), j.Vm, texts.JobState(j.State), call.Time(j.Started), Took(call, j.Started, j.Ended));
        return table;
    }

    private static string Took(Invocation call, DateTimeOffset started, DateTimeOffset? ended) =>
        ended is { } end ? call.Texts.Duration(end - started) : "";
}
