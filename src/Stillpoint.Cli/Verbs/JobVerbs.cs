using Stillpoint.Cli.Grammar;
using Stillpoint.Cli.Output;
using Stillpoint.Cli.Session;
using Stillpoint.Control.Catalog;

namespace Stillpoint.Cli.Verbs;

internal static class JobVerbs
{
    private const int DefaultLimit = 20;

    public static Task<int> ListAsync(Invocation call, CancellationToken ct)
    {
        var limit = call.Line.Number("limit", "1-100000") ?? DefaultLimit;
        if (limit is < 1 or > 100_000) throw CommandLine.Invalid("limit", call.Line.Value("limit")!, "1-100000");
        var jobs = call.Control.Jobs.List(call.Line.Value("vm"), (int)limit);
        call.Show(() => new([.. jobs.Select(j => j.ToJson(call.Texts))]), JsonDocuments.Shapes.JobsJson, () =>
        {
            if (jobs.Count == 0) call.Say(call.Texts.Of("list.no-jobs"));
            else call.World.Out.Write(TableOf(jobs, call));
        });
        return Task.FromResult(ExitCode.Done);
    }

    public static Task<int> ShowAsync(Invocation call, CancellationToken ct)
    {
        var details = call.Control.Jobs.Find(call.Line.Argument!);
        var diagnosis = call.Control.Diagnose(details.Job.Id);
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
        return Task.FromResult(ExitCode.Done);
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
