using Stillpoint.TestKit;
using Xunit;

namespace Stillpoint.EndToEnd.Tests;

/// <summary>What `vm check` says of a VM is what a backup of it then is; what `vm release` leaves is nothing of ours and everything of others.</summary>
[Collection(nameof(VmSuite)), Trait("Needs", Needs.Vm), Trait("Area", "capture")]
public sealed class VmCheckReleaseTests(VmSuite suite)
{
    [Fact]
    public async Task CheckBackupRelease_OfARunningGuest_AgreeAndLeaveNothing()
    {
        Needs.VirtualMachine();
        var guest = await suite.RunningGuestAsync();
        using var cli = await StillpointCli.WithVaultAsync(guest.Libvirt);
        var check = (await cli.RunAsync("vm", "check", guest.Name)).Must();
        Assert.Equal("gone", (await guest.RunAsync("[ -e /run/stillpoint-guard ] && echo left || echo gone")).Trim());
        string[] tracked = [.. check["disks"].EnumerateArray().Where(d => d.GetProperty("tracked").GetBoolean()).Select(d => d.GetProperty("name").GetString()!)];
        Assert.Equal(["vda"], tracked);
        var backup = (await cli.RunAsync("backup", guest.Name, "--exclude-disk", "vdb")).Must();
        Assert.Equal(check["consistency"].GetString(), backup["consistency"].GetString());

        var released = (await cli.RunAsync("vm", "release", guest.Name)).Must();
        Assert.Contains(backup["checkpoint"].GetString(), released["checkpoints"].EnumerateArray().Select(c => c.GetString()));
        var left = (await guest.Libvirt.VirshAsync("checkpoint-list", guest.Name, "--name")).Must().Out;
        Assert.DoesNotContain("stillpoint-", left, StringComparison.Ordinal);
        var next = (await cli.RunAsync("backup", guest.Name, "--exclude-disk", "vdb")).Must();
        Assert.Equal("full", next.Disk("vda").GetProperty("mode").GetString());
        // Read in full, and only what changed is stored.
        Assert.InRange(next.Disk("vda").GetProperty("bytesChanged").GetInt64(), 0, 64 << 20);
        await guest.MustBeUndisturbedAsync();
    }

    [Fact]
    public async Task CheckAndRelease_OfAVmThatIsOff_FindBitmapsThatLostTheirCheckpoint()
    {
        Needs.VirtualMachine();
        var guest = await TestGuest.DefineAsync(await suite.LibvirtAsync(), "orphaned");
        using var cli = await StillpointCli.WithVaultAsync(guest.Libvirt);
        foreach (var bitmap in new[] { "stillpoint-01234567-01arz3ndektsv4rrffq69g5fav", "somebody-elses" })
            (await Tool.RunAsync("qemu-img", "bitmap", "--add", guest.SystemDisk, bitmap)).Must();

        var check = await cli.RunAsync("vm", "check", "orphaned");
        Assert.Equal((11, "crash"), (check.ExitCode, check["consistency"].GetString()));
        Assert.Equal("vm-powered-off", check["reason"].GetProperty("code").GetString());

        var released = (await cli.RunAsync("vm", "release", "orphaned")).Must();
        Assert.Equal(["stillpoint-01234567-01arz3ndektsv4rrffq69g5fav"], released["bitmaps"].EnumerateArray().Select(b => b.GetString()));
        var info = (await Tool.RunAsync("qemu-img", "info", guest.SystemDisk)).Must().Out;
        Assert.Contains("somebody-elses", info, StringComparison.Ordinal);
        Assert.DoesNotContain("stillpoint-", info, StringComparison.Ordinal);
        await guest.RemoveAsync();
    }
}
