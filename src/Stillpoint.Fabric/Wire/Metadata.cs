using System.Text.Json.Nodes;
using Stillpoint.Fabric.Goals;

namespace Stillpoint.Fabric.Wire;

/// <summary>
/// What the agent asks at 169.254.169.254, at its start and once a minute; without an answer it waits half a minute each time. It says what is true here and
/// leaves the rest empty. Nothing in it is secret, and nothing makes other programs believe that this is Azure.
/// </summary>
internal static class Metadata
{
    private static readonly string[] Empty =
    [
        "offer", "placementGroupId", "platformFaultDomain", "platformUpdateDomain", "publisher", "resourceGroupName", "sku", "subscriptionId", "tags", "version",
        "vmScaleSetName", "vmSize", "zone",
    ];

    public static JsonObject Compute(Goal goal)
    {
        var compute = new JsonObject { ["location"] = "stillpoint", ["name"] = goal.Name, ["osType"] = "Linux", ["vmId"] = goal.Vm.ToString("D") };
        foreach (var name in Empty) compute[name] = "";
        return compute;
    }

    public static JsonObject Instance(Goal goal, string address) => new()
    {
        ["compute"] = Compute(goal),
        ["network"] = new JsonObject
        {
            ["interface"] = new JsonArray(new JsonObject
            {
                // An agent reports an empty one as a fault of the service.
                ["macAddress"] = "000000000000",
                ["ipv4"] = new JsonObject { ["ipAddress"] = new JsonArray(new JsonObject { ["privateIpAddress"] = address, ["publicIpAddress"] = "" }) },
            }),
        },
    };
}
