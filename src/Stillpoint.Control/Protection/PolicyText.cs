using System.Text.Json;
using Stillpoint.Model;

namespace Stillpoint.Control.Protection;

/// <summary>
/// A policy as JSON: in the catalog, in files, over the API. Every member may be left out and then has its default; a member that is not known is refused, since
/// a promise that is not understood must not look kept. Times are <c>[d.]hh:mm:ss</c>, schedules one line each.
/// </summary>
public static class PolicyText
{
    public static string Write(Policy policy) => StoredJson.Write(policy);

    /// <param name="source">What is named when it cannot be read: a file.</param>
    /// <exception cref="FailureException">PolicyUnreadable, with where and why; UsageInvalid: a value out of range.</exception>
    public static Policy Read(string json, string source = "policy")
    {
        try
        {
            return StoredJson.Read<Policy>(json) is { Name: not null, Schedules: not null, Bandwidth: not null, Capture.Scripts: not null, Retention: not null } policy &&
                policy.Schedules.All(s => s is not null) && policy.Bandwidth.All(b => b is not null)
                ? policy
                : throw new JsonException("name, schedules, bandwidth, capture, its scripts and retention cannot be null");
        }
        catch (JsonException e)
        {
            throw new FailureException(Failure.Of(FailureCode.PolicyUnreadable, Stage.Input, ("path", source)).With(new(e.Path ?? source, e.Message)), e);
        }
    }
}
