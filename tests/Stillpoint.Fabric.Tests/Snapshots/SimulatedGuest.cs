using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Stillpoint.Fabric.Goals;
using Stillpoint.Fabric.Keys;
using Stillpoint.Fabric.Tests.Hosting;
using Stillpoint.Model;
using Xunit;

namespace Stillpoint.Fabric.Tests.Snapshots;

/// <summary>What agent and extension of a VM would do, call by call; its address for the snapshot is read as the agent reads it, from the sealed settings.</summary>
internal sealed class SimulatedGuest(FabricUnderTest service, VmId vm) : IDisposable
{
    private readonly HttpClient _agent = service.Guest(100);
    private readonly HttpClient _extension = new(new SocketsHttpHandler { UseProxy = false });

    public string Address => service.Address(100);

    /// <summary>As soon as the goal is of this task; the agent has then polled.</summary>
    public async Task<string> InvitedAsync(string task)
    {
        var file = service.Folder["state", "vms", $"{vm}.json"];
        Goal? goal = null;
        await TestKit.Eventually.IsAsync("the goal names the task", () =>
            File.Exists(file) && (goal = JsonSerializer.Deserialize(File.ReadAllBytes(file), GoalJson.Default.Goal))!.Extension.Settings!.Contains($"\"{task}\"", StringComparison.Ordinal));
        using var poll = await _agent.GetAsync(new Uri(service.Wire + "/machine/?comp=goalstate"));
        using var secret = JsonDocument.Parse(SettingsKey.Open(goal!.Key, goal.Extension.Protected!));
        return secret.RootElement.GetProperty("snapshotUri").GetString()!;
    }

    public async Task<int> CallAsync(string uri, string what, string? report = null)
    {
        using var request = new HttpRequestMessage(report is null ? HttpMethod.Post : HttpMethod.Put, uri.Replace("?", $"/{what}?", StringComparison.Ordinal))
        {
            Content = new StringContent(report ?? "{}", Encoding.UTF8, "application/json"),
        };
        using var answer = await _extension.SendAsync(request);
        return (int)answer.StatusCode == 200 && (await answer.Content.ReadAsStringAsync()).Contains("\"false\"", StringComparison.Ordinal) ? 409 : (int)answer.StatusCode;
    }

    /// <summary>The agent's report of what the extension wrote down.</summary>
    public async Task StatusAsync(int code, string message)
    {
        var goal = (await service.Client.GetVmAsync(vm, CancellationToken.None)).Goal;
        var status = Status(goal.Extension, goal.Sequence, code, message).ToJsonString();
        using var answer = await _agent.PutAsync(new Uri(service.Wire + "/status/vm.status"), FabricUnderTest.Body(status));
        Assert.Equal(201, (int)answer.StatusCode);
    }

    private static JsonObject Status(string extension, long sequence, int code, string message)
    {
        var said = new JsonObject { ["status"] = "error", ["code"] = code, ["formattedMessage"] = new JsonObject { ["message"] = message } };
        var settings = new JsonObject { ["sequenceNumber"] = sequence, ["settingsStatus"] = new JsonObject { ["status"] = said } };
        var handler = new JsonObject { ["handlerName"] = extension, ["status"] = "Ready", ["code"] = 0, ["runtimeSettingsStatus"] = settings };
        return new()
        {
            ["aggregateStatus"] = new JsonObject { ["guestAgentStatus"] = new JsonObject { ["status"] = "Ready" }, ["handlerAggregateStatus"] = new JsonArray(handler) },
        };
    }

    public static string Report(int code = 1, int frozen = 2, int thawed = 2, string guard = "clean", bool answered = true) =>
        JsonSerializer.Serialize(new Dictionary<string, object>
        {
            ["code"] = code, ["message"] = "m", ["frozen"] = frozen, ["thawed"] = thawed, ["guard"] = guard, ["answeredFrozen"] = answered,
            ["steps"] = new Dictionary<string, long> { ["freezing"] = 100, ["thawed"] = 340 },
        });

    public void Dispose()
    {
        _agent.Dispose();
        _extension.Dispose();
    }
}
