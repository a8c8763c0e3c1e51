using System.Text.Json;
using Stillpoint.Fabric.Reports;

namespace Stillpoint.Fabric.Snapshots;

/// <summary>The extension's report, read with suspicion.</summary>
internal static class ReportReader
{
    private const int MostSteps = 32, MostName = 32, MostFileSystems = 10_000;

    public static GuestReport? Read(byte[] body) => JsonReading.Read(body, Of);

    private static GuestReport? Of(JsonElement root)
    {
        if (root.ValueKind is not JsonValueKind.Object || root.Of("code").Number() is not { } code || Count(root, "frozen") is not { } frozen || Count(root, "thawed") is not { } thawed) return null;
        var steps = new Dictionary<string, long>(StringComparer.Ordinal);
        if (root.Of("steps") is { ValueKind: JsonValueKind.Object } told)
        {
            foreach (var step in told.EnumerateObject().Take(MostSteps))
                if (step.Name.Length <= MostName && ((JsonElement?)step.Value).Number() is >= 0 and var time) steps[step.Name] = time;
        }
        long? frozenFor = frozen > 0 && steps.TryGetValue("freezing", out var from) && steps.TryGetValue("thawed", out var to) && to >= from ? to - from : null;
        return new(
            (int)Math.Clamp(code, 0, 9999), root.Of("message").Text(1024) ?? "", frozen, thawed, root.Of("guard").Text(32) ?? "",
            root.Of("answeredFrozen") is { ValueKind: JsonValueKind.True }, frozenFor, steps);
    }

    private static int? Count(JsonElement root, string name) => root.Of(name).Number() is >= 0 and <= MostFileSystems and var number ? (int)number : null;
}
