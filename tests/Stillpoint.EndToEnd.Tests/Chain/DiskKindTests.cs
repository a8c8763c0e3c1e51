using Stillpoint.TestKit;
using Xunit;

namespace Stillpoint.EndToEnd.Tests.Chain;

/// <summary>Kinds of disks: a full backup, a write, the next one, and both points restored; then once more while the VM is off.</summary>
[Collection(nameof(VmSuite)), Trait("Needs", Needs.Vm), Trait("Area", "capture")]
public sealed class DiskKindTests(VmSuite suite)
{
    private const long Mebibyte = 1 << 20;

    [Fact]
    public async Task Backup_OfQcow2Version2_IsReadInFullWithoutACheckpoint()
    {
        Needs.VirtualMachine();
        var folder = new TempFolder("/var/tmp");
        await BareVm.MakeImageAsync(folder["vda.qcow2"], 1, "-o", "compat=0.10");
        await using var vm = await BareVm.DefineAsync(await suite.LibvirtAsync(), folder, "version-2", new BareDisk("vda", folder["vda.qcow2"]));
        await ChainCases.RunAsync("Version2", () => TwiceAsync(vm, "full", folder["vda.qcow2"]));
    }

    [Fact(Explicit = true)]
    public async Task Backup_OfLuksInQcow2_ReadsWhatTheGuestSees()
    {
        Needs.VirtualMachine();
        var libvirt = await suite.LibvirtAsync();
        var folder = new TempFolder("/var/tmp");
        var image = folder["vda.qcow2"];
        (await Tool.RunAsync(
            "qemu-img", "create", "-q", "-f", "qcow2", "--object", "secret,id=s,data=nonsense",
            "-o", "encrypt.format=luks,encrypt.key-secret=s,encrypt.iter-time=10", image, "64M")).Must();
        const string uuid = "6a51c665-1111-4000-8000-000000000001";
        await File.WriteAllTextAsync(folder["secret.xml"], $"<secret private='yes'><uuid>{uuid}</uuid><usage type='volume'><volume>{image}</volume></usage></secret>");
        await File.WriteAllTextAsync(folder["secret"], "nonsense");
        (await libvirt.VirshAsync("secret-define", folder["secret.xml"])).Must();
        (await libvirt.VirshAsync("secret-set-value", uuid, "--file", folder["secret"], "--plain")).Must();
        var disk = new BareDisk("vda", image, Inside: $"<encryption format='luks'><secret type='passphrase' uuid='{uuid}'/></encryption>");
        await using var vm = await BareVm.DefineAsync(libvirt, folder, "luks", disk);
        await ChainCases.RunAsync("Luks", async () =>
        {
            var cells = await TwiceAsync(vm, "incremental", null);
            // Only libvirt has the key, and gives it to a QEMU that runs the VM alone.
            using var cli = await StillpointCli.WithVaultAsync(libvirt);
            (await cli.RunAsync("backup", vm.Name)).MustFail(1, "disk-read-failed");
            // Restored it is plain, so its description no longer calls for the key.
            await vm.StartAsync();
            var point = (await cli.RunAsync("backup", vm.Name)).Must().Point;
            await vm.EndAsync();
            Directory.CreateDirectory(folder["copies"]);
            (await cli.RunAsync("restore", point, "--as", "luks-copy", "--folder", folder["copies"])).Must();
            (await libvirt.VirshAsync("start", "luks-copy", "--paused")).Must();
            (await libvirt.VirshAsync("destroy", "luks-copy")).Must();
            (await libvirt.VirshAsync("undefine", "luks-copy")).Must();
            return cells;
        });
        (await libvirt.VirshAsync("secret-undefine", uuid)).Must();
    }

    [Fact(Explicit = true)]
    public Task Backup_OfARawBlockDevice_ReadsItInFull() => OnLoopAsync("LoopRaw", "raw", "full");

    [Fact(Explicit = true)]
    public Task Backup_OfQcow2InABlockDevice_TracksIt() => OnLoopAsync("LoopQcow2", "qcow2", "incremental");

    [Fact(Explicit = true)]
    public Task Backup_OfALogicalVolume_ReadsItInFull()
    {
        Needs.VirtualMachine();
        return ChainCases.RunAsync("LvmRaw", async () =>
        {
            Needs.Programs("lvm", "dmsetup");
            Assert.SkipUnless((await Tool.RunAsync("dmsetup", "version")).ExitCode == 0, "needs the kernel's device-mapper");
            using var loop = await LoopDevice.MakeAsync(96 * Mebibyte);
            var group = "stillpoint" + Guid.NewGuid().ToString("N")[..8];
            (await Tool.RunAsync("lvm", "vgcreate", group, loop.Path)).Must();
            (await Tool.RunAsync("lvm", "lvcreate", "-y", "-n", "vda", "-L", "64M", group)).Must();
            try
            {
                return await OnDeviceAsync($"/dev/{group}/vda", "raw", "full");
            }
            finally
            {
                await Tool.RunAsync("lvm", "vgremove", "-f", group);
            }
        });
    }

    private Task OnLoopAsync(string @case, string format, string mode)
    {
        Needs.VirtualMachine();
        return ChainCases.RunAsync(@case, async () =>
        {
            using var loop = await LoopDevice.MakeAsync(66 * Mebibyte);
            return await OnDeviceAsync(loop.Path, format, mode);
        });
    }

    private async Task<string[]> OnDeviceAsync(string device, string format, string mode)
    {
        var folder = new TempFolder("/var/tmp");
        if (format == "qcow2") (await Tool.RunAsync("qemu-img", "create", "-q", "-f", "qcow2", device, "64M")).Must();
        (await Tool.RunAsync("qemu-io", "-f", format, "-c", $"write -q -P 1 {16 * Mebibyte} {8 * Mebibyte}", device)).Must();
        await using var vm = await BareVm.DefineAsync(await suite.LibvirtAsync(), folder, "on-device", new BareDisk("vda", device, format));
        return await TwiceAsync(vm, mode, device);
    }

    /// <param name="image">To compare with once the VM is off; null: nobody can read it then.</param>
    private static async Task<string[]> TwiceAsync(BareVm vm, string mode, string? image)
    {
        using var cli = await StillpointCli.WithVaultAsync(vm.Libvirt);
        await vm.StartAsync();
        Assert.Equal("full", (await cli.BackupAsync(vm.Name)).Reading().Mode);
        await vm.WriteAsync(20 * Mebibyte, 2);
        var second = await cli.BackupAsync(vm.Name);
        Assert.Equal((mode, Mebibyte), (second.Reading().Mode, second.Reading().Changed));
        if (mode == "incremental") BareChainTests.MustBeIncremental(second, Mebibyte);
        Assert.Equal(mode == "incremental" ? 1 : 0, (await vm.CheckpointsAsync()).Length);
        await vm.WriteAsync(21 * Mebibyte, 3);
        await vm.EndAsync();
        if (image is not null) await cli.MustRestoreAsync((await cli.RunAsync("backup", vm.Name)).Must(), image);
        return second.Cells();
    }
}
