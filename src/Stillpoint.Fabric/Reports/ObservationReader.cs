using System.Text.Json;

namespace Stillpoint.Fabric.Reports;

/// <summary>What the agent posts to HealthService, about once a minute for each of our services.</summary>
internal static class ObservationReader
{
    private const int Most = 64, MostName = 64;

    /// <returns>Null: it is no such report.</returns>
    public static IReadOnlyList<Observation>? Read(byte[] body) => JsonReading.Read(body, Read);

    private static IReadOnlyList<Observation>? Read(JsonElement root)
    {
        if (root.Of("Observations") is not { ValueKind: JsonValueKind.Array } list) return null;
        return [.. ((JsonElement?)list).Elements(Most).Select(One).OfType<Observation>()];
    }

    private static Observation? One(JsonElement element) => element.Of("ObservationName").Text(MostName) is { } name
        ? new(name, element.Of("IsHealthy") is { ValueKind: JsonValueKind.True }, element.Of("Description").Text(), element.Of("Value").Text())
        : null;
}
