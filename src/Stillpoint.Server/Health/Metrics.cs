using System.Globalization;
using System.Text;
using Stillpoint.Control;
using Stillpoint.Model;
using Stillpoint.Server.Hosting;
using Stillpoint.Server.Jobs;

namespace Stillpoint.Server.Health;

/// <summary>Prometheus' text format, version 0.0.4.</summary>
internal static class Metrics
{
    public static IResult Show(StillpointControl control, RunningJobs running, RequestCount requests, TimeProvider clock)
    {
        var text = new StringBuilder();
        Head(text, "stillpoint_info", "gauge", "The version that runs.");
        Line(text, "stillpoint_info", 1, ("version", ServerVersion.Text));
        Head(text, "stillpoint_jobs_running", "gauge", "Jobs that run here now.");
        Line(text, "stillpoint_jobs_running", running.Count);
        Head(text, "stillpoint_jobs", "gauge", "Jobs in the catalog, by kind and state.");
        foreach (var (kind, state, count) in control.Jobs.Count(null)) Line(text, "stillpoint_jobs", count, ("kind", kind.ToText()), ("state", state.ToText()));
        Head(text, "stillpoint_newest_point_age_seconds", "gauge", "Age of the newest recovery point that was made here, by VM.");
        foreach (var (vm, taken) in control.Places.NewestPoints) Line(text, "stillpoint_newest_point_age_seconds", (long)(clock.GetUtcNow() - taken).TotalSeconds, ("vm", vm));
        Head(text, "stillpoint_http_requests_total", "counter", "Requests answered, by the first digit of their status.");
        foreach (var (status, count) in requests.ByClass) Line(text, "stillpoint_http_requests_total", count, ("status", status));
        return Results.Text(text.ToString(), "text/plain; version=0.0.4; charset=utf-8");
    }

    private static void Head(StringBuilder text, string name, string type, string help) =>
        text.Append("# HELP ").Append(name).Append(' ').Append(help).Append('\n').Append("# TYPE ").Append(name).Append(' ').Append(type).Append('\n');

    private static void Line(StringBuilder text, string name, long value, params ReadOnlySpan<(string Name, string Value)> labels)
    {
        text.Append(name);
        for (var i = 0; i < labels.Length; i++)
            text.Append(i == 0 ? '{' : ',').Append(labels[i].Name).Append("=\"").Append(Escaped(labels[i].Value)).Append('"');
        if (labels.Length > 0) text.Append('}');
        text.Append(' ').Append(value.ToString(CultureInfo.InvariantCulture)).Append('\n');
    }

    private static string Escaped(string value) =>
        value.Replace("\\", "\\\\", StringComparison.Ordinal).Replace("\"", "\\\"", StringComparison.Ordinal).Replace("\n", "\\n", StringComparison.Ordinal);
}

/// <summary>Counts answers. Safe for many threads.</summary>
internal sealed class RequestCount
{
    private readonly long[] _classes = new long[6];

    public IEnumerable<(string Status, long Count)> ByClass => Enumerable.Range(2, 4).Select(c => ($"{c}xx", Volatile.Read(ref _classes[c])));

    public void Add(int status) => Interlocked.Increment(ref _classes[Math.Clamp(status / 100, 0, 5)]);
}
