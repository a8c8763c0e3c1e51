using System.Text.Json;
using Stillpoint.Fabric.Goals;
using Stillpoint.Model;

namespace Stillpoint.Fabric.Tests.Goals;

/// <summary>One VM and what it is told, for tests that need some goal.</summary>
internal static class Samples
{
    public static readonly VmId Vm = new(Guid.Parse("0f1e2d3c-4b5a-6978-8796-a5b4c3d2e1f0"));

    public static readonly VmId Other = new(Guid.Parse("11111111-2222-3333-4444-555555555555"));

    /// <summary>2026-11-21 00:00:00, as Unix time 1795219200.</summary>
    public static readonly DateTimeOffset Now = new(2026, 11, 21, 0, 0, 0, TimeSpan.Zero);

    public static GoalRequest Request(string address = "10.0.0.1", string name = "Stillpoint.VMSnapshot", string version = "1.2.3", ExtensionState state = ExtensionState.Enabled,
        string? settings = """{"task":"a"}""", string? secret = """{"token":"t"}""") =>
        new("web 1", [address], new(name, version, state, Json(settings), Json(secret)));

    public static Goal Goal(GoalRequest? request = null) => GoalRules.Next(null, Vm, request ?? Request(), Now);

    private static JsonElement? Json(string? text) => text is null ? null : JsonDocument.Parse(text).RootElement;
}
