using Stillpoint.EndToEnd.Tests.Safety;
using Stillpoint.TestKit;
using Xunit;

namespace Stillpoint.EndToEnd.Tests.Scripts;

/// <summary>The guest's own scripts in a real guest: what they make of a point, and that those after the freeze run whoever dies.</summary>
[Collection(nameof(VmSuite)), Trait("Needs", Needs.Vm), Trait("Area", "capture")]
public sealed class GuestScriptTests(VmSuite suite)
{
    /// <summary>In a tmpfs of the guest.</summary>
    private const string Seen = "/run/scripts-seen";

    private static Task PutAsync(TestGuest guest, string name, string body) => guest.RunAsync(
        $"mkdir -p /etc/stillpoint/pre-freeze.d /etc/stillpoint/post-freeze.d; printf '#!/bin/sh\\n{body}\\n' > /etc/stillpoint/{name}; chmod 755 /etc/stillpoint/{name}");

    private static async Task<string[]> SeenAsync(TestGuest guest) =>
        (await guest.RunAsync($"cat {Seen} 2>/dev/null || true")).Split('\n', StringSplitOptions.RemoveEmptyEntries);

    [Fact]
    public async Task Backup_WithScripts_IsApplicationConsistentUnlessOneFailsOrIsRefused()
    {
        Needs.VirtualMachine();
        var guest = await suite.RunningGuestAsync();
        using var cli = await StillpointCli.WithVaultAsync(guest.Libvirt);
        await PutAsync(guest, "pre-freeze.d/10-hold", $"echo pre $(cat /run/qga.state.isfrozen 2>&1 | wc -c) >> {Seen}; echo held");
        await PutAsync(guest, "post-freeze.d/10-hold", $"echo post >> {Seen}; touch /srv/post-could-write");
        try
        {
            Assert.Equal("application", (await cli.RunAsync("vm", "check", guest.Name))["consistency"].GetString());
            Assert.Empty(await SeenAsync(guest));
            string[] backup = ["backup", guest.Name, "--exclude-disk", "vdb", "--consistency", "application"];
            var good = (await cli.RunAsync(backup)).Must();
            Assert.Equal("application", good["consistency"].GetString());
            Assert.Equal(["pre", "post"], (await SeenAsync(guest)).Select(l => l.Split(' ')[0]));
            var scripts = (await cli.RunAsync("job", "show", good["job"].GetString()!)).Must()["scripts"].EnumerateArray()
                .Select(s => (s.GetProperty("phase").GetString(), s.GetProperty("exitCode").GetInt32(), s.GetProperty("output").GetString()));
            Assert.Equal([("pre-freeze", 0, "held\n"), ("post-freeze", 0, "")], scripts);

            await PutAsync(guest, "pre-freeze.d/20-fails", "exit 3");
            var lower = (await cli.RunAsync(backup)).Must();
            Assert.Equal(("file-system", "guest-script-failed"), (lower["consistency"].GetString(), lower["reason"].GetProperty("code").GetString()));
            (await cli.RunAsync([.. backup, "--scripts", "fail"])).MustFail(1, "guest-script-failed");
            Assert.Equal(["pre", "post", "pre", "post", "pre", "post"], (await SeenAsync(guest)).Select(l => l.Split(' ')[0]));

            await guest.RunAsync("rm /etc/stillpoint/pre-freeze.d/20-fails; chmod 757 /etc/stillpoint/post-freeze.d");
            var refused = (await cli.RunAsync(backup)).Must();
            Assert.Equal(("file-system", "guest-script-refused"), (refused["consistency"].GetString(), refused["reason"].GetProperty("code").GetString()));
            Assert.Equal(6, (await SeenAsync(guest)).Length);
            Assert.Equal("gone", (await guest.RunAsync("[ -e /run/stillpoint-scripts ] && echo left || echo gone")).Trim());
        }
        finally
        {
            await guest.RunAsync($"rm -rf /etc/stillpoint {Seen} /srv/post-could-write");
        }
    }

    [Theory]
    [InlineData("Beginning", Victims.Worker, true)]
    [InlineData("Beginning", Victims.Worker | Victims.Control | Victims.Warden, false)]
    public async Task Backup_KilledWhileScriptsHold_ThoseAfterTheFreezeRun(string step, Victims victims, bool byItself)
    {
        Needs.VirtualMachine();
        var guest = await suite.RunningGuestAsync();
        using var world = await KillWorld.OpenAsync(guest);
        await PutAsync(guest, "pre-freeze.d/10-hold", $"echo pre >> {Seen}");
        await PutAsync(guest, "post-freeze.d/10-hold", $"echo post >> {Seen}");
        try
        {
            using (var job = await world.PausedAsync(step))
            {
                await job.KillAsync(victims);
                await job.EndAsync();
                await job.MustBeGoneAsync();
            }
            await guest.MustWriteAsync();
            // The command clears what its worker left. With all of them dead it is the next start, long before the guest would do it by itself.
            if (byItself) Assert.Equal(["pre", "post"], await SeenAsync(guest));
            await world.MustBeCleanAfterNextAsync("application");
            Assert.Equal(["pre", "post", "pre", "post"], await SeenAsync(guest));
        }
        finally
        {
            await guest.RunAsync($"rm -rf /etc/stillpoint {Seen}");
        }
    }
}
