using Stillpoint.TestKit;
using Xunit;

namespace Stillpoint.EndToEnd.Tests;

/// <summary>A VM with UEFI firmware (OVMF): without its NVRAM a guest may not find its boot loader, so that is part of the point.</summary>
[Collection(nameof(VmSuite)), Trait("Needs", Needs.Vm), Trait("Area", "capture")]
public sealed class FirmwareTests(VmSuite suite)
{
    private const string Code = "/usr/share/OVMF/OVMF_CODE_4M.fd", Variables = "/usr/share/OVMF/OVMF_VARS_4M.fd";

    [Fact]
    public async Task Restore_OfAVmWithUefi_BringsItsNvramBack()
    {
        Needs.VirtualMachine();
        Assert.SkipUnless(File.Exists(Code) && File.Exists(Variables), "needs the package ovmf (eng/install-packages tests)");
        var libvirt = await suite.LibvirtAsync();
        using var cli = await StillpointCli.WithVaultAsync(libvirt);
        var (disk, nvram) = (cli.Folder["uefi.qcow2"], cli.Folder["uefi_VARS.fd"]);
        await DefineAsync(libvirt, cli.Folder["uefi.xml"], disk, nvram);
        (await libvirt.VirshAsync("start", "uefi", "--paused")).Must();
        var running = (await cli.RunAsync("backup", "uefi")).Must();
        (await libvirt.VirshAsync("destroy", "uefi")).Must();

        // What a firmware would write: the bytes at the end of the store, which the template leaves free.
        var written = File.ReadAllBytes(nvram);
        new Random(5).NextBytes(written.AsSpan(^4096));
        File.WriteAllBytes(nvram, written);
        var off = (await cli.RunAsync("backup", "uefi")).Must();

        await LoseAsync(libvirt, disk, nvram);
        (await cli.RunAsync("restore", off.Point, "--replace")).Must();
        Assert.Equal(written, File.ReadAllBytes(nvram));
        (await libvirt.VirshAsync("start", "uefi", "--paused")).Must();
        (await libvirt.VirshAsync("destroy", "uefi")).Must();

        await LoseAsync(libvirt, disk, nvram);
        (await cli.RunAsync("restore", running.Point, "--replace")).Must();
        Assert.Equal(File.ReadAllBytes(Variables), File.ReadAllBytes(nvram));

        // As a copy beside the first: with an NVRAM of its own.
        Directory.CreateDirectory(cli.Folder["copy"]);
        (await cli.RunAsync("restore", off.Point, "--as", "uefi-copy", "--folder", cli.Folder["copy"])).Must();
        var own = Assert.Single(Directory.GetFiles(cli.Folder["copy"], "*-nvram"));
        Assert.Equal(written, File.ReadAllBytes(own));
        Assert.Contains(own, (await libvirt.VirshAsync("dumpxml", "uefi-copy")).Must().Out, StringComparison.Ordinal);
        (await libvirt.VirshAsync("undefine", "uefi-copy", "--nvram")).Must();
        await LoseAsync(libvirt, disk, nvram);
    }

    private static async Task DefineAsync(PrivateLibvirt libvirt, string file, string disk, string nvram)
    {
        (await Tool.RunAsync("qemu-img", "create", "-q", "-f", "qcow2", disk, "16M")).Must();
        File.WriteAllText(file, $"""
            <domain type='qemu'>
              <name>uefi</name><memory unit='MiB'>128</memory><vcpu>1</vcpu>
              <os>
                <type arch='x86_64' machine='q35'>hvm</type>
                <loader readonly='yes' type='pflash'>{Code}</loader>
                <nvram template='{Variables}'>{nvram}</nvram>
              </os>
              <features><acpi/></features>
              <devices>
                <disk type='file' device='disk'><driver name='qemu' type='qcow2'/><source file='{disk}'/><target dev='vda' bus='virtio'/></disk>
              </devices>
            </domain>
            """);
        (await libvirt.VirshAsync("define", "--validate", file)).Must();
    }

    private static async Task LoseAsync(PrivateLibvirt libvirt, string disk, string nvram)
    {
        await libvirt.VirshAsync("destroy", "uefi");
        (await libvirt.VirshAsync("undefine", "uefi", "--nvram", "--checkpoints-metadata")).Must();
        File.Delete(disk);
        Assert.False(File.Exists(nvram));
    }
}
