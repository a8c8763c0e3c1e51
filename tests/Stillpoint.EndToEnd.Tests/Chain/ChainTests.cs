using Stillpoint.TestKit;
using Xunit;

namespace Stillpoint.EndToEnd.Tests.Chain;

/// <summary>
/// What breaks incremental chains elsewhere, between two backups of a real VM. Each time the next backup takes its point by itself, reads as much as it
/// must and no more, stores only what changed, and its point is the disk as it was.
/// </summary>
[Collection(nameof(VmSuite)), Trait("Needs", Needs.Vm), Trait("Area", "capture")]
public sealed class ChainTests(VmSuite suite)
{
    /// <summary>How the backup after it reads the disk, written by hand from what libvirt and QEMU do.</summary>
    public static TheoryData<string, string> Cases => new()
    {
        { nameof(ChainEvents.NothingAsync), "incremental" },
        { nameof(ChainEvents.ForeignCheckpointAsync), "incremental" },
        { nameof(ChainEvents.PausedAsync), "incremental" },
        { nameof(ChainEvents.ExternalSnapshotCommittedBackAsync), "incremental" },
        { nameof(ChainEvents.GrownAsync), "incremental" },
        { nameof(ChainEvents.CheckpointMetadataGoneAsync), "full" },
        { nameof(ChainEvents.BitmapGoneAsync), "full" },
        { nameof(ChainEvents.QemuKilledAsync), "full" },
    };

    [Theory(Explicit = true), MemberData(nameof(Cases))]
    public async Task Backup_AfterWhatBreaksChains_HealsByItself(string happening, string mode)
    {
        Needs.VirtualMachine();
        var guest = await suite.RunningGuestAsync();
        using var cli = await StillpointCli.WithVaultAsync(guest.Libvirt);
        var first = (await cli.RunAsync("backup", guest.Name, "--exclude-disk", "vdb")).Must();

        var events = new ChainEvents(guest, cli, first);
        await events.HappenAsync(happening);
        var reference = cli.Folder["reference.raw"];
        var next = (await cli.RunAsync(
            "backup", guest.Name, "--exclude-disk", "vdb", "--before-release", $"nbdcopy \"nbd+unix:///vda?socket=$STILLPOINT_NBD_SOCKET\" {reference}")).Must();
        await events.UndoAsync();

        var disk = next.Disk("vda");
        var (read, changed, all) = (disk.GetProperty("bytesRead").GetInt64(), disk.GetProperty("bytesChanged").GetInt64(), first.Disk("vda").GetProperty("bytesRead").GetInt64());
        Console.WriteLine($"{happening}: {disk.GetProperty("mode").GetString()}, read {read >> 20} MiB, changed {changed >> 20} MiB (the first read {all >> 20} MiB)");
        Assert.Equal(mode, disk.GetProperty("mode").GetString());
        if (mode == "incremental") Assert.InRange(read, 0, all / 4);
        Assert.InRange(changed, 0, all / 4);
        Assert.DoesNotContain(next["warnings"].EnumerateArray(), w => w.GetProperty("code").GetString() == "hook-failed");

        var restored = cli.Folder["restored.raw"];
        (await cli.RunAsync("restore", next.Point, "--disk", $"vda={restored}:raw")).Must();
        await Disks.MustBeEqualAsync(restored, reference);
        (await cli.RunAsync("vm", "release", guest.Name)).Must();
        await guest.MustBeUndisturbedAsync();
    }

    [Fact(Explicit = true)]
    public async Task Backup_AfterADiskWasAdded_ReadsThatDiskInFullAndTheOthersAsBefore()
    {
        Needs.VirtualMachine();
        var guest = await suite.RunningGuestAsync();
        using var cli = await StillpointCli.WithVaultAsync(guest.Libvirt);
        (await cli.RunAsync("backup", guest.Name, "--exclude-disk", "vdb")).Must();
        var image = Path.Combine(guest.Folder, "added.qcow2");
        (await Tool.RunAsync("qemu-img", "create", "-q", "-f", "qcow2", image, "64M")).Must();
        (await guest.Libvirt.VirshAsync("attach-disk", guest.Name, image, "vdc", "--driver", "qemu", "--subdriver", "qcow2", "--live")).Must();

        string[] modes = [];
        for (var i = 0; i < 2; i++)
        {
            var next = (await cli.RunAsync("backup", guest.Name, "--exclude-disk", "vdb")).Must();
            modes = [.. modes, .. new[] { "vda", "vdc" }.Select(d => next.Disk(d).GetProperty("mode").GetString()!)];
        }
        Assert.Equal(["incremental", "full", "incremental", "incremental"], modes);

        (await guest.Libvirt.VirshAsync("detach-disk", guest.Name, "vdc", "--live")).Must();
        await Eventually.IsAsync("the disk is gone", async () => !(await guest.Libvirt.DisksAsync(guest.Name)).ContainsKey("vdc"));
        var after = (await cli.RunAsync("backup", guest.Name, "--exclude-disk", "vdb")).Must();
        Assert.Equal("incremental", after.Disk("vda").GetProperty("mode").GetString());
        (await cli.RunAsync("vm", "release", guest.Name)).Must();
    }
}
