using System.Text.Json;
using System.Text.Json.Nodes;
using Stillpoint.TestKit;
using Xunit;

namespace Stillpoint.EndToEnd.Tests.Doctor;

/// <summary>What the doctor, in a process of its own, says of a guest.</summary>
internal static class Doctoring
{
    public static string? Top(this JsonElement diagnosis) =>
        diagnosis.GetProperty("causes").EnumerateArray().Select(c => c.GetProperty("id").GetString()).FirstOrDefault();

    public static string Evidence(this JsonElement diagnosis) => diagnosis.GetProperty("causes").GetArrayLength() == 0 ? ""
        : string.Join(" | ", diagnosis.GetProperty("causes")[0].GetProperty("evidence").EnumerateArray()
            .Select(e => $"{e.GetProperty("source").GetString()}: {e.GetProperty("text").GetString()}"));

    public static async Task<CliResult> LookAsync(this StillpointCli cli, string vm, params string[] more) => await cli.RunAsync(["doctor", "--vm", vm, .. more]);

    /// <summary>Exactly this cause on top, with evidence that says so.</summary>
    public static void MustName(this JsonElement diagnosis, string cause, string evidence)
    {
        Assert.True(diagnosis.Top() == cause, $"not {cause}:\n{diagnosis}");
        Assert.Contains(evidence, diagnosis.Evidence(), StringComparison.Ordinal);
    }

    /// <summary>
    /// Takes the agent away from the guest, which mends itself once <see cref="WakeAsync"/> calls: without an agent the only way in is a device. In a unit of
    /// its own: what systemd stops with the agent's would take the script along.
    /// </summary>
    public static async Task LoseAgentAsync(this TestGuest guest, string breaking, string mending)
    {
        var script = $"{breaking}; journalctl --sync; sync; while [ ! -e /dev/virtio-ports/stillpoint.wake ]; do sleep 0.3; done; {mending}";
        // Started and not asked for: the agent that would answer is what goes.
        await guest.AgentAsync(new()
        {
            ["execute"] = "guest-exec",
            ["arguments"] = new JsonObject { ["path"] = "systemd-run", ["arg"] = new JsonArray("--quiet", "--collect", "/bin/sh", "-c", script) },
        });
        await Eventually.IsAsync("the agent is gone", async () => !await guest.ConnectedAsync());
    }

    /// <summary>Has the guest mend itself, and waits for its agent.</summary>
    public static async Task WakeAsync(this TestGuest guest)
    {
        var xml = Path.Combine(guest.Folder, "wake.xml");
        // With its socket named: libvirt detaches only what is described in full.
        await File.WriteAllTextAsync(
            xml, $"<channel type='unix'><source mode='bind' path='{guest.Folder}/wake.sock'/><target type='virtio' name='stillpoint.wake'/></channel>");
        (await guest.Libvirt.VirshAsync("attach-device", guest.Name, xml, "--live")).Must();
        try
        {
            await Eventually.IsAsync("the agent is back", guest.ConnectedAsync);
            await guest.RunAsync("true");
        }
        finally
        {
            (await guest.Libvirt.VirshAsync("detach-device", guest.Name, xml, "--live")).Must();
        }
    }

    public static async Task<bool> ConnectedAsync(this TestGuest guest) =>
        (await guest.Libvirt.VirshAsync("dumpxml", guest.Name)).Must().Out.Contains("state='connected'", StringComparison.Ordinal);
}
