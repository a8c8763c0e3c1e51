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
        { nameof(ChainEvents.ShutDownAndStartedAsync), "incremental" },
        { nameof(ChainEvents.QemuKilledAsync), "full" },
        { nameof(ChainEvents.HostRebootedAsync), "full" },
    };

    [Theory(Explicit = true), MemberData(nameof(Cases))]
    public Task Backup_AfterWhatBreaksChains_HealsByItself(string happening, string mode)
    {
        Needs.VirtualMachine();
        return ChainCases.RunAsync(happening, async () =>
        {
            var guest = await suite.RunningGuestAsync();
            using var cli = await StillpointCli.WithVaultAsync(guest.Libvirt);
            var first = (await cli.RunAsync("backup", guest.Name, "--exclude-disk", "vdb")).Must();

            var events = new ChainEvents(guest, cli, first);
            await events.HappenAsync(happening);
            var next = await cli.BackupAsync(guest.Name, "--exclude-disk", "vdb");
            await events.UndoAsync();

            var all = first.Reading().Read;
            var (nextMode, read, changed) = next.Reading();
            Assert.Equal(mode, nextMode);
            if (mode == "incremental") Assert.InRange(read, 0, all / 4);
            Assert.InRange(changed, 0, all / 4);
            (await cli.RunAsync("vm", "release", guest.Name)).Must();
            await guest.MustBeUndisturbedAsync();
            return next.Cells();
        });
    }

    [Fact(Explicit = true)]
    public Task Backup_AfterADiskWasAdded_ReadsThatDiskInFullAndTheOthersAsBefore()
    {
        Needs.VirtualMachine();
        return ChainCases.RunAsync("DiskAddedAndRemoved", AddedAndRemovedAsync);
    }

    private async Task<string[]> AddedAndRemovedAsync()
    {
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
        Assert.Equal("incremental", after.Reading().Mode);
        (await cli.RunAsync("vm", "release", guest.Name)).Must();
        return after.Cells();
    }
}
