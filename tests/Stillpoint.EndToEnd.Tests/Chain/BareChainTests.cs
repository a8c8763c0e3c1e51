using Stillpoint.EndToEnd.Tests.Safety;
using Stillpoint.TestKit;
using Xunit;

namespace Stillpoint.EndToEnd.Tests.Chain;

/// <summary>What breaks incremental chains elsewhere and needs no guest to be shown: VMs that are off, images that were exchanged, other tools' jobs.</summary>
[Collection(nameof(VmSuite)), Trait("Needs", Needs.Vm), Trait("Area", "capture")]
public sealed class BareChainTests(VmSuite suite)
{
    private const long Mebibyte = 1 << 20, AllData = 8 * Mebibyte, VaultBlock = 128 << 10;

    [Fact(Explicit = true)]
    public async Task Backup_PoweredOffAndOnAgain_ReadsByTheBitmapBothTimes()
    {
        Needs.VirtualMachine();
        await using var vm = await BareVm.DefineAsync(await suite.LibvirtAsync(), "off-and-on");
        using var cli = await FirstAsync(vm);
        await vm.WriteAsync(20 * Mebibyte, 2);
        await vm.EndAsync();
        await ChainCases.RunAsync("PoweredOff", async () =>
        {
            var off = (await cli.RunAsync("backup", vm.Name)).Must();
            MustBeIncremental(off, Mebibyte);
            await cli.MustRestoreAsync(off, vm.Folder["vda.qcow2"]);
            return off.Cells();
        });
        await vm.StartAsync();
        await vm.WriteAsync(22 * Mebibyte, 3);
        await ChainCases.RunAsync("OnAgain", async () =>
        {
            // The base is the last point with a checkpoint: what the powered-off backup read is read again.
            var on = await cli.BackupAsync(vm.Name);
            MustBeIncremental(on, 2 * Mebibyte);
            return on.Cells();
        });
    }

    [Fact(Explicit = true)]
    public async Task Backup_StartedInTheMiddleOfAPoweredOffOne_IsTakenLive()
    {
        Needs.VirtualMachine();
        await using var vm = await BareVm.DefineAsync(await suite.LibvirtAsync(), "started-meanwhile");
        using var cli = await FirstAsync(vm);
        await vm.EndAsync();
        await ChainCases.RunAsync("StartedMeanwhile", async () =>
        {
            var reference = cli.Folder["live.raw"];
            using var job = await PausedJob.AtAsync("DiskTransferred", cli, "backup", vm.Name, "--before-release", Compared.Copy(reference));
            await vm.StartAsync();
            await vm.WriteAsync(20 * Mebibyte, 2);
            job.GoOn();
            var live = (await job.ResultAsync()).Must();
            Assert.Contains("vm-started-during-job", live.Warnings());
            MustBeIncremental(live, Mebibyte);
            await cli.MustRestoreAsync(live, reference);
            return live.Cells();
        });
    }

    [Fact(Explicit = true)]
    public async Task Backup_AnotherImageInItsPlace_IsReadInFull()
    {
        Needs.VirtualMachine();
        await using var vm = await BareVm.DefineAsync(await suite.LibvirtAsync(), "replaced");
        using var cli = await FirstAsync(vm);
        await vm.EndAsync();
        File.Delete(vm.Folder["vda.qcow2"]);
        await BareVm.MakeImageAsync(vm.Folder["vda.qcow2"], 9);
        await vm.StartAsync();
        await ChainCases.RunAsync("Replaced", () => FullAsync(cli, vm));
    }

    [Fact(Explicit = true)]
    public async Task Backup_AnOlderCopyOfTheImagePutBack_IsReadInFull()
    {
        Needs.VirtualMachine();
        await using var vm = await BareVm.DefineAsync(await suite.LibvirtAsync(), "rolled-back");
        using var cli = await FirstAsync(vm);
        await vm.EndAsync();
        File.Copy(vm.Folder["vda.qcow2"], vm.Folder["older.qcow2"]);
        await vm.StartAsync();
        await vm.WriteAsync(20 * Mebibyte, 2);
        (await cli.RunAsync("backup", vm.Name)).Must();
        await vm.EndAsync();
        File.Move(vm.Folder["older.qcow2"], vm.Folder["vda.qcow2"], overwrite: true);
        await vm.StartAsync();
        await ChainCases.RunAsync("RolledBack", () => FullAsync(cli, vm));
    }

    [Fact(Explicit = true)]
    public async Task Backup_AnotherOnesJobRuns_IsRefusedAndLeavesItAlone()
    {
        Needs.VirtualMachine();
        await using var vm = await BareVm.DefineAsync(await suite.LibvirtAsync(), "others-job");
        using var cli = await FirstAsync(vm);
        await vm.WriteAsync(20 * Mebibyte, 2);
        var (xml, socket) = (vm.Folder["job.xml"], vm.Folder["job.sock"]);
        await File.WriteAllTextAsync(xml, $"""
            <domainbackup mode='pull'><server transport='unix' socket='{socket}'/>
            <disks><disk name='vda' backup='yes' type='file'><scratch file='{vm.Folder["job.scratch"]}'/></disk></disks></domainbackup>
            """);
        await vm.VirshAsync("backup-begin", vm.Name, xml);
        await ChainCases.RunAsync("OthersJob", async () =>
        {
            (await cli.RunAsync("backup", vm.Name)).MustFail(7, "vm-busy-with-other-job");
            (await Tool.RunAsync("nbdcopy", $"nbd+unix:///vda?socket={socket}", "null:")).Must();
            await vm.VirshAsync("domjobabort", vm.Name);
            var next = await cli.BackupAsync(vm.Name);
            MustBeIncremental(next, Mebibyte);
            return next.Cells();
        });
    }

    [Fact(Explicit = true)]
    public async Task Backup_ABitmapOfItsCheckpointsNameIsThere_TakesAnotherName()
    {
        Needs.VirtualMachine();
        await using var vm = await BareVm.DefineAsync(await suite.LibvirtAsync(), "same-name");
        using var cli = await FirstAsync(vm);
        await vm.WriteAsync(20 * Mebibyte, 2);
        await ChainCases.RunAsync("BitmapOfOurName", async () =>
        {
            var reference = cli.Folder["reference.raw"];
            using var job = await PausedJob.AtAsync("WardenReady", cli, "backup", vm.Name, "--before-release", Compared.Copy(reference));
            var taken = await CheckpointToBeAsync(cli);
            var node = (await vm.MonitorAsync("""{"execute":"query-block"}"""))[0].GetProperty("inserted").GetProperty("node-name").GetString();
            await vm.MonitorAsync($$$"""{"execute":"block-dirty-bitmap-add","arguments":{"node":"{{{node}}}","name":"{{{taken}}}"}}""");
            job.GoOn();
            var backup = (await job.ResultAsync()).Must();
            Assert.NotEqual(taken, backup["checkpoint"].GetString());
            Assert.Contains("checkpoint-inconsistent", backup.Warnings());
            Assert.Equal("full", backup.Reading().Mode);
            await cli.MustRestoreAsync(backup, reference);
            Assert.Equal([backup["checkpoint"].GetString()!], await vm.CheckpointsAsync());
            return backup.Cells();
        });
    }

    [Fact]
    public async Task Backup_ABitmapThatLies_IsFoundBySampling()
    {
        Needs.VirtualMachine();
        await using var vm = await BareVm.DefineAsync(await suite.LibvirtAsync(), "lie");
        using var cli = await FirstAsync(vm);
        await vm.EndAsync();
        await WriteBehindAsync(vm.Folder["vda.qcow2"], 16 * Mebibyte);
        await vm.StartAsync();
        await ChainCases.RunAsync("Lie", async () =>
        {
            var backup = await cli.BackupAsync(vm.Name, "--sample-share", "1");
            Assert.Contains("bitmap-mismatch", backup.Warnings());
            Assert.Equal(("full", VaultBlock), (backup.Reading().Mode, backup.Reading().Changed));
            return backup.Cells();
        });
    }

    /// <summary>A VM that runs, and its first backup: everything in it was read.</summary>
    internal static async Task<StillpointCli> FirstAsync(BareVm vm)
    {
        var cli = await StillpointCli.WithVaultAsync(vm.Libvirt);
        await vm.StartAsync();
        var first = (await cli.RunAsync("backup", vm.Name)).Must();
        Assert.Equal(("full", AllData), (first.Reading().Mode, first.Reading().Read));
        return cli;
    }

    internal static void MustBeIncremental(CliResult backup, long written)
    {
        var (mode, read, _) = backup.Reading();
        Assert.Equal(("incremental", written), (mode, read));
    }

    private static async Task<string[]> FullAsync(StillpointCli cli, BareVm vm)
    {
        var backup = await cli.BackupAsync(vm.Name);
        Assert.Equal(("full", AllData), (backup.Reading().Mode, backup.Reading().Read));
        Assert.Equal([backup["checkpoint"].GetString()!], await vm.CheckpointsAsync());
        return backup.Cells();
    }

    private static async Task<string> CheckpointToBeAsync(StillpointCli cli)
    {
        var entry = Directory.EnumerateFiles(Path.Combine(cli.Data, "journal"), "*.json").Single();
        using var json = System.Text.Json.JsonDocument.Parse(await File.ReadAllBytesAsync(entry));
        return json.RootElement.GetProperty("checkpoint").GetString()!;
    }

    /// <summary>64 KiB of a qcow2 image's data, changed in its file as a tool would that knows nothing of bitmaps.</summary>
    private static async Task WriteBehindAsync(string image, long at)
    {
        using var map = System.Text.Json.JsonDocument.Parse((await Tool.RunAsync("qemu-img", "map", "--output=json", image)).Must().Out);
        var run = map.RootElement.EnumerateArray().Single(r => r.GetProperty("start").GetInt64() <= at
            && at < r.GetProperty("start").GetInt64() + r.GetProperty("length").GetInt64());
        var offset = run.GetProperty("offset").GetInt64() + at - run.GetProperty("start").GetInt64();
        (await Tool.RunAsync("qemu-io", "-f", "raw", "-c", $"write -q -P 77 {offset} 64k", image)).Must();
    }
}
