using Stillpoint.Contracts;
using Stillpoint.Control;
using Stillpoint.Control.Catalog;
using Stillpoint.Model;
using Stillpoint.Server.Access;
using Stillpoint.Server.Http;

namespace Stillpoint.Server.Jobs;

/// <summary>Jobs as they are told, and only to who may know of them.</summary>
internal static class JobViews
{
    private const int AtOnce = 500;

    /// <summary>A job of a VM is for who sees the VM; one of a vault for who sees all.</summary>
    public static bool MaySee(this Caller caller, string vm) => vm.Length == 0 ? caller.SeesAll : caller.Sees(vm);

    /// <summary>By its whole id; by the beginning of one where the caller sees all.</summary>
    /// <exception cref="FailureException">JobNotFound, JobAmbiguous.</exception>
    public static JobDetails Find(StillpointControl control, string job, Caller caller)
    {
        if (!Ulid.TryParse(job, out var id)) return caller.SeesAll ? control.Jobs.Find(job) : throw NotFound(job);
        var found = control.Jobs.Find(id.ToString());
        return caller.MaySee(found.Job.Vm) ? found : throw NotFound(job);
    }

    /// <summary>Up to <paramref name="filter"/>'s limit of what the caller may see, however many others lie between.</summary>
    public static IReadOnlyList<JobRecord> List(StillpointControl control, JobFilter filter, Caller caller)
    {
        var found = new List<JobRecord>();
        var after = filter.After;
        while (found.Count < filter.Limit)
        {
            var size = caller.SeesAll ? filter.Limit : AtOnce;
            var some = control.Jobs.List(filter with { After = after, Limit = size });
            found.AddRange(some.Where(j => caller.MaySee(j.Vm)).Take(filter.Limit - found.Count));
            if (some.Count < size) break;
            after = some[^1].Id.ToString();
        }
        return found;
    }

    public static JobView ToView(this JobRecord j, Words words, HttpContext context) => new(
        j.Id.ToString(), j.Kind.ToText(), j.State.ToText(), j.Vm, j.VmId?.ToString(), j.Host, j.Vault, j.Point, j.Started, j.Ended, j.BytesDone, j.BytesStored,
        words.Maybe(j.Failure, context));

    public static JobDetailsView ToView(this JobDetails d, Words words, HttpContext context) => new(
        d.Job.ToView(words, context), [.. d.SubTasks.Select(s => new SubTaskView(s.SubTask.ToText(), s.Started, s.Ended, words.Maybe(s.Failure, context)))],
        words.Views(d.Warnings, context), [.. d.Scripts.Select(s => new ScriptView(s.Phase.ToText(), s.Name, s.ExitCode, s.Tries, s.Output))]);

    private static FailureException NotFound(string job) => new(FailureCode.JobNotFound, Stage.Input, ("job", job));
}
