using System.Text.Json.Nodes;
using Stillpoint.Control.Alerts;
using Stillpoint.Control.Catalog;
using Stillpoint.Model;

namespace Stillpoint.Control.Support;

/// <summary>Jobs and alerts in codes and arguments. What a guest's scripts said is left out: they are the user's own.</summary>
internal static class SupportJobs
{
    public static JsonObject ToJson(JobDetails details)
    {
        var job = details.Job;
        return new()
        {
            ["id"] = job.Id.ToString(), ["kind"] = job.Kind.ToText(), ["state"] = job.State.ToText(), ["vm"] = job.Vm, ["vmId"] = job.VmId?.ToString(), ["host"] = job.Host,
            ["vault"] = job.Vault, ["point"] = job.Point, ["started"] = job.Started, ["ended"] = job.Ended, ["bytesDone"] = job.BytesDone, ["bytesStored"] = job.BytesStored,
            ["failure"] = ToJson(job.Failure), ["warnings"] = new JsonArray([.. details.Warnings.Select(w => ToJson(w))]),
            ["subTasks"] = new JsonArray([.. details.SubTasks.Select(s => new JsonObject
            {
                ["name"] = s.SubTask.ToText(), ["started"] = s.Started, ["ended"] = s.Ended, ["failure"] = ToJson(s.Failure),
            })]),
            ["scripts"] = new JsonArray([.. details.Scripts.Select(s => new JsonObject
            {
                ["phase"] = s.Phase.ToText(), ["name"] = s.Name, ["exitCode"] = s.ExitCode, ["tries"] = s.Tries,
            })]),
        };
    }

    public static JsonObject ToJson(Alert alert) => new()
    {
        ["kind"] = alert.Condition.Kind.ToText(), ["name"] = alert.Condition.Name, ["arguments"] = ToJson(alert.Condition.Arguments), ["raised"] = alert.Raised,
        ["seen"] = alert.Seen, ["hushed"] = alert.Hushed, ["cleared"] = alert.Cleared,
    };

    private static JsonObject? ToJson(Failure? failure) => failure is null ? null : new()
    {
        ["code"] = failure.Code.ToText(), ["stage"] = failure.Stage.ToText(), ["arguments"] = ToJson(failure.Arguments), ["retryable"] = failure.Retryable,
        ["evidence"] = new JsonArray([.. failure.Evidence.Select(e => new JsonObject { ["source"] = e.Source, ["text"] = e.Text, ["time"] = e.Time })]),
    };

    private static JsonObject ToJson(IReadOnlyDictionary<string, string> values)
    {
        var json = new JsonObject();
        foreach (var (name, value) in values) json[name] = value;
        return json;
    }
}
