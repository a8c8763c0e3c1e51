using Stillpoint.TestKit;
using Xunit;

namespace Stillpoint.EndToEnd.Tests;

/// <summary>The main job: a running VM, its changes, and every byte back. Compared with nbdcopy and qemu-img, never with our own reader.</summary>
[Collection(nameof(VmSuite)), Trait("Needs", Needs.Vm), Trait("Area", "capture")]
public sealed class CaptureRestoreTests(VmSuite suite)
{
    [Fact]
    public async Task Backup_OfARunningGuest_RestoresAsANewVmByteForByte()
    {
        Needs.VirtualMachine();
        var guest = await suite.RunningGuestAsync();
        using var cli = await StillpointCli.WithVaultAsync(guest.Libvirt);

        var full = (await cli.RunAsync("backup", guest.Name)).Must();
        Assert.Equal("file-system", full["consistency"].GetString());
        Assert.Equal("full", full.Disk("vda").GetProperty("mode").GetString());

        await guest.RunAsync("head -c 3000000 /dev/urandom > /srv/new; head -c 3000000 /dev/urandom > /data/new; sync");
        var sums = await guest.RunAsync("sha256sum /srv/new /data/new");
        var recordsBefore = await guest.WriterRecordAsync();
        var reference = Path.Combine(cli.Folder.Path, "reference");
        Directory.CreateDirectory(reference);
        var incremental = (await cli.RunAsync("backup", guest.Name, "--before-release",
            $"for d in $STILLPOINT_EXPORTS; do nbdcopy \"nbd+unix:///$d?socket=$STILLPOINT_NBD_SOCKET\" {reference}/$d.raw || exit 1; done")).Must();
        var recordsAfter = await guest.WriterRecordAsync();
        Assert.Equal("incremental", incremental.Disk("vda").GetProperty("mode").GetString());
        Assert.Equal("full", incremental.Disk("vdb").GetProperty("mode").GetString());
        Assert.True(incremental.Disk("vda").GetProperty("bytesRead").GetInt64() * 10 <= full.Disk("vda").GetProperty("bytesRead").GetInt64(), incremental.Json.ToString());

        await guest.Libvirt.VirshAsync("destroy", guest.Name);
        Directory.CreateDirectory(cli.Folder["vms"]);
        (await cli.RunAsync("restore", incremental.Point, "--as", "copy", "--folder", cli.Folder["vms"])).Must();
        var disks = await guest.Libvirt.DisksAsync("copy");
        await Disks.MustBeEqualAsync(disks["vda"], Path.Combine(reference, "vda.raw"));
        await Disks.MustBeEqualAsync(disks["vdb"], Path.Combine(reference, "vdb.raw"));
        Assert.NotEqual(await guest.Libvirt.UuidAsync(guest.Name), await guest.Libvirt.UuidAsync("copy"));

        var copy = guest.Named("copy");
        await copy.StartAsync();
        Assert.Equal(sums, await copy.RunAsync("sha256sum /srv/new /data/new"));
        var found = await copy.WriterFoundAsync();
        Assert.StartsWith("ok system ", found, StringComparison.Ordinal);
        Assert.InRange(long.Parse(found.Split(' ')[2]), recordsBefore, recordsAfter);
        await copy.RemoveAsync();
    }

    [Fact]
    public async Task Backup_OfAVmThatIsOff_RestoresEachDiskByteForByte()
    {
        Needs.VirtualMachine();
        var guest = await TestGuest.DefineAsync(await suite.LibvirtAsync(), "off");
        using var cli = await StillpointCli.WithVaultAsync(guest.Libvirt);

        var point = (await cli.RunAsync("backup", "off")).Must();
        Assert.Equal("vm-powered-off", point["reason"].GetProperty("code").GetString());
        (await cli.RunAsync("restore", point.Point, "--disk", $"vda={cli.Folder["a.qcow2"]}:qcow2", "--disk", $"vdb={cli.Folder["b.raw"]}:raw")).Must();
        await Disks.MustBeEqualAsync(cli.Folder["a.qcow2"], guest.SystemDisk);
        await Disks.MustBeEqualAsync(cli.Folder["b.raw"], guest.DataDisk);

        // In place, over disks that have become worthless.
        (await Tool.RunAsync("qemu-img", "create", "-q", "-f", "qcow2", guest.SystemDisk, "2G")).Must();
        File.Delete(guest.DataDisk);
        (await cli.RunAsync("restore", point.Point, "--replace")).Must();
        await Disks.MustBeEqualAsync(guest.SystemDisk, cli.Folder["a.qcow2"]);
        await Disks.MustBeEqualAsync(guest.DataDisk, cli.Folder["b.raw"]);
        await guest.RemoveAsync();
    }

    [Fact]
    public async Task PointServe_ToStockTools_GivesTheDisk()
    {
        Needs.VirtualMachine();
        var guest = await TestGuest.DefineAsync(await suite.LibvirtAsync(), "served");
        using var cli = await StillpointCli.WithVaultAsync(guest.Libvirt);
        var point = (await cli.RunAsync("backup", "served", "--exclude-disk", "vda")).Must();

        var socket = cli.Folder["nbd"];
        using var serving = cli.Start("point", "serve", point.Point, "--socket", socket);
        await Eventually.IsAsync("the point is served", () => File.Exists(socket) || serving.HasEnded);
        (await Tool.RunAsync("nbdcopy", $"nbd+unix:///vdb?socket={socket}", cli.Folder["copy.raw"])).Must();
        await Disks.MustBeEqualAsync(cli.Folder["copy.raw"], guest.DataDisk);
        Assert.NotEqual(0, (await Tool.RunAsync("nbdcopy", cli.Folder["copy.raw"], $"nbd+unix:///vdb?socket={socket}")).ExitCode);
        await serving.SignalAsync("TERM");
        await serving.EndAsync();
        await guest.RemoveAsync();
    }
}
