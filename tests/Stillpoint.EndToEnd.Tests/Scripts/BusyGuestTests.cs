using Stillpoint.TestKit;
using Xunit;

namespace Stillpoint.EndToEnd.Tests.Scripts;

/// <summary>A guest whose processors are really busy: seen, not frozen against the policy's wish, and never silently.</summary>
[Collection(nameof(VmSuite)), Trait("Needs", Needs.Vm), Trait("Area", "capture")]
public sealed class BusyGuestTests(VmSuite suite)
{
    [Fact]
    public async Task Backup_OfABusyGuest_StepsDownFailsOrFreezesAsItWasTold()
    {
        Needs.VirtualMachine();
        var guest = await suite.RunningGuestAsync();
        using var cli = await StillpointCli.WithVaultAsync(guest.Libvirt);
        string[] backup = ["backup", guest.Name, "--exclude-disk", "vdb"];
        // Ends by itself should nobody end it.
        await guest.RunAsync("for i in $(seq $(nproc)); do setsid timeout 600 sh -c 'while :; do :; done' < /dev/null > /dev/null 2>&1 & done");
        try
        {
            (await cli.RunAsync([.. backup, "--patience", "0", "--strict"])).MustFail(1, "consistency-not-reached");

            var lower = (await cli.RunAsync([.. backup, "--patience", "0"])).Must();
            Assert.Equal(("crash", "guest-under-load"), (lower["consistency"].GetString(), lower["reason"].GetProperty("code").GetString()));
            Assert.Contains("res-high-cpu", lower["diagnosis"].ToString(), StringComparison.Ordinal);

            Assert.Equal("file-system", (await cli.RunAsync([.. backup, "--despite-load", "--freeze-limit", "60"])).Must()["consistency"].GetString());
        }
        finally
        {
            await guest.RunAsync("pkill -f 'while :; do :; done' || kill $(ps -eo pid,args | awk '/while :; do/ && !/awk/ { print $1 }') 2>/dev/null || true");
        }
    }
}
