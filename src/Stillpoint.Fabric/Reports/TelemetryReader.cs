using System.Globalization;

namespace Stillpoint.Fabric.Reports;

/// <summary>
/// The agent's event log as it is posted: at most 64 KiB at a time. Kept is what a diagnosis may want: what failed, what concerns an extension,
/// and the agent's heartbeat.
/// </summary>
internal static class TelemetryReader
{
    private const int Most = 512;
    private const string Agent = "WALinuxAgent", HeartBeat = "HeartBeat";

    /// <returns>Null: it is no such document. An event that cannot be read is left out.</returns>
    public static IReadOnlyList<AgentEvent>? Read(byte[] body)
    {
        if (XmlReading.Read(body) is not { Name.LocalName: "TelemetryData" } root) return null;
        return [.. root.Descendants("Event").Take(Most).Select(element => Event(element.Value)).OfType<AgentEvent>()
            .Where(told => !told.Success || told.Name != Agent || told.Operation == HeartBeat)];
    }

    private static AgentEvent? Event(string parameters)
    {
        if (XmlReading.ReadFragment(parameters) is not { } fragment) return null;
        var values = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var parameter in fragment.Elements("Param"))
            if (parameter.Attribute("Name")?.Value is { } key) values[key] = JsonReading.Cut(parameter.Attribute("Value")?.Value ?? "");
        if (!values.TryGetValue("Name", out var name) || !values.TryGetValue("Operation", out var operation)) return null;
        var duration = long.TryParse(values.GetValueOrDefault("Duration"), NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : (long?)null;
        return new(name, operation, values.GetValueOrDefault("OperationSuccess") == "True", values.GetValueOrDefault("Message", ""), duration);
    }
}
