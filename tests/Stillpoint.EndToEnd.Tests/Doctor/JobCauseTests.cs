using Stillpoint.TestKit;
using Xunit;

namespace Stillpoint.EndToEnd.Tests.Doctor;

/// <summary>A real backup that fails or steps down prints its cause, and a look at the guest agrees.</summary>
[Collection(nameof(VmSuite)), Trait("Needs", Needs.Vm), Trait("Area", "doctor")]
public sealed class JobCauseTests(VmSuite suite)
{
    [Fact]
    public async Task AgentStopped_BackupAndALook_NameIt()
    {
        Needs.VirtualMachine();
        var guest = await suite.RunningGuestAsync();
        using var cli = await StillpointCli.WithVaultAsync(guest.Libvirt);
        var healthy = (await cli.LookAsync(guest.Name)).Must();
        Assert.True(healthy["healthy"].GetBoolean(), healthy.Json.ToString());
        Assert.Empty(healthy["notRead"].EnumerateArray());

        await guest.LoseAgentAsync("systemctl stop qemu-guest-agent", "systemctl start qemu-guest-agent");
        var backup = (await cli.RunAsync("backup", guest.Name, "--exclude-disk", "vdb")).Must();
        Assert.Equal("crash", backup["consistency"].GetString());
        backup["diagnosis"].MustName("kvm-agent-not-connected", "agent-not-connected");
        Assert.Equal(System.Text.Json.JsonValueKind.Null, backup["diagnosis"].GetProperty("causes")[0].GetProperty("repair").ValueKind);

        await guest.WakeAsync();
        var after = (await cli.LookAsync(guest.Name)).Must();
        Assert.True(after["healthy"].GetBoolean(), after.Json.ToString());
        Assert.Equal(backup["job"].GetString(), after["earlierJob"].GetString());
    }

    [Fact]
    public async Task VaultFull_BackupAndALook_NameIt()
    {
        Needs.VirtualMachine();
        var guest = await suite.RunningGuestAsync();
        using var small = new Tmpfs("96m");
        using var cli = new StillpointCli(guest.Libvirt) { Vault = Path.Combine(small.Path, "vault") };
        await cli.InitAsync();
        var backup = await cli.RunAsync("backup", guest.Name, "--exclude-disk", "vdb");
        backup.MustFail(10, "vault-full");
        backup["diagnosis"].MustName("store-target-full", "failure.code = vault-full");
        (await cli.LookAsync(guest.Name)).Must().Json.MustName("store-target-full", "vault.state = full");
        await guest.MustBeUndisturbedAsync();
    }

    [Fact]
    public async Task FrozenAndLeft_IsFoundThawedAndBackedUpAgain()
    {
        Needs.VirtualMachine();
        var guest = await suite.RunningGuestAsync();
        using var cli = await StillpointCli.WithVaultAsync(guest.Libvirt);
        await guest.AgentAsync(new() { ["execute"] = "guest-fsfreeze-freeze" });
        (await cli.LookAsync(guest.Name)).Must().Json.MustName("fs-frozen-left-behind", "guest.fsfreeze = frozen");

        var mended = (await cli.LookAsync(guest.Name, "--repair", "safe")).Must();
        var repair = Assert.Single(mended["repairs"].EnumerateArray().ToArray());
        Assert.Equal(("thaw", "helped"), (repair.GetProperty("repair").GetString(), repair.GetProperty("end").GetString()));
        Assert.True(mended["healthy"].GetBoolean(), mended.Json.ToString());
        Assert.Equal("file-system", mended["backup"].GetProperty("consistency").GetString());
        var kept = await File.ReadAllTextAsync(Assert.Single(Directory.GetFiles(Path.Combine(cli.Data, "repairs"), "*.json")));
        Assert.Contains("\"end\": \"Helped\"", kept, StringComparison.Ordinal);
        await guest.MustBeUndisturbedAsync();
    }
}
