using System.Xml.Linq;
using Stillpoint.Engine.Points;
using Stillpoint.Engine.Restore;
using Stillpoint.Engine.Tests.Fakes;
using Stillpoint.Hypervisor;
using Stillpoint.Model;
using Stillpoint.TestKit;
using Xunit;

namespace Stillpoint.Engine.Tests.Restore;

/// <summary>What a restore makes of a domain, judged by a real libvirt and a real QEMU. Disks hold no system: it only has to start.</summary>
[Trait("Needs", Needs.Vm)]
public sealed class LibvirtRestoreTests
{
    private const string Uuid = "6a51c665-0000-4000-8000-0000000000bb";
    private readonly byte[] _vda = RestoreWorld.Content(1, 3 << 20);
    private readonly byte[] _vdb = RestoreWorld.Content(2, 2 << 20);

    [Fact]
    public async Task RunAsync_InPlaceThenAsNewVm_LibvirtAndQemuTakeBoth()
    {
        Needs.VirtualMachine();
        await using var libvirt = await PrivateLibvirt.StartAsync();
        await using var host = await LibvirtHost.ConnectAsync(HostUri.Parse(libvirt.Uri), TimeProvider.System, default);
        var disks = Directory.CreateDirectory(libvirt.Folder + "/disks").FullName;
        var (vda, vdb) = (disks + "/vda.img", disks + "/vdb.img");
        await File.WriteAllBytesAsync(vda, new byte[3 << 20]);
        (await Tool.RunAsync("qemu-img", "create", "-f", "qcow2", vdb, "2M")).Must();
        (await Tool.RunAsync("qemu-img", "bitmap", "--add", vdb, "stillpoint-x")).Must();
        await host.DefineAsync(Xml(vda, vdb), default);
        // Metadata of a checkpoint whose bitmap the restored disk does not have.
        await File.WriteAllTextAsync(disks + "/cp.xml", $"""
            <domaincheckpoint><name>stillpoint-x</name><creationTime>1700000000</creationTime>
            <disks><disk name='vda' checkpoint='no'/><disk name='vdb' checkpoint='bitmap' bitmap='stillpoint-x'/></disks>{Xml(vda, vdb)}</domaincheckpoint>
            """);
        (await libvirt.VirshAsync("checkpoint-create", "web1", disks + "/cp.xml", "--redefine")).Must();
        var vault = Point((await (await host.FindDomainAsync("web1", default)).GetConfigAsync(inactive: true, default)).Xml, vda, vdb);
        var pipeline = new RestorePipeline(
            host, vault, new(libvirt.Folder + "/data", libvirt.Folder + "/run"), new NoEvents(), TimeProvider.System);

        var inPlace = await pipeline.RunAsync(new RestoreInPlace(JobId.New(TimeProvider.System), vault.Point.ToString(), false, Start: true), default);
        Assert.Equal(Uuid, inPlace.Vm.ToString());
        var back = await host.FindDomainAsync(Uuid, default);
        Assert.Equal(PowerState.Running, (await back.GetStateAsync(default)).Power);
        Assert.True(await back.GetAutostartAsync(default));
        Assert.Empty(await back.ListCheckpointsAsync(default));
        Assert.Equal(
            FailureCode.VmRunning,
            (await Assert.ThrowsAsync<FailureException>(() => pipeline.RunAsync(
                new RestoreInPlace(JobId.New(TimeProvider.System), vault.Point.ToString(), false, false), default))).Failure.Code);

        var another = await pipeline.RunAsync(
            new RestoreAsNewVm(JobId.New(TimeProvider.System), vault.Point.ToString(), "web2", disks, null, "qcow2", NetworkConnected: false, Start: true),
            default);
        var beside = await host.FindDomainAsync("web2", default);
        Assert.NotEqual(back.Id, beside.Id);
        Assert.Equal(another.Vm, beside.Id);
        Assert.Equal(PowerState.Running, (await beside.GetStateAsync(default)).Power);
        var devices = XElement.Parse((await beside.GetConfigAsync(inactive: true, default)).Xml).Element("devices")!;
        Assert.NotEqual("52:54:00:12:34:56", (string?)devices.Element("interface")!.Element("mac")!.Attribute("address"));
        Assert.Equal("down", (string?)devices.Element("interface")!.Element("link")!.Attribute("state"));

        await back.DestroyAsync(default);
        await beside.DestroyAsync(default);
        Assert.Equal(_vda, await File.ReadAllBytesAsync(vda));
        foreach (var (path, bytes) in new[] { (vdb, _vdb), (disks + "/web2-vda.qcow2", _vda), (disks + "/web2-vdb.qcow2", _vdb) })
        {
            (await Tool.RunAsync("qemu-img", "convert", "-f", "qcow2", "-O", "raw", path, disks + "/raw")).Must();
            Assert.Equal(bytes, await File.ReadAllBytesAsync(disks + "/raw"));
        }
    }

    private PointInMemory Point(string xml, string vda, string vdb) => new(
        new()
        {
            VmId = Uuid, VmName = "web1", HostName = "h", Taken = DateTimeOffset.UnixEpoch, Consistency = "crash", DomainXml = xml, Autostart = true,
            Disks = [new("vda", "raw", _vda.Length, "full", 0, 0, vda), new("vdb", "qcow2", _vdb.Length, "full", 0, 0, vdb)],
        },
        new Dictionary<string, byte[]> { ["vda"] = _vda, ["vdb"] = _vdb });

    private static string Xml(string vda, string vdb) => $"""
        <domain type='qemu'>
          <name>web1</name><uuid>{Uuid}</uuid><memory unit='MiB'>64</memory><vcpu>1</vcpu>
          <os><type arch='x86_64' machine='q35'>hvm</type></os>
          <devices>
            <emulator>/usr/bin/qemu-system-x86_64</emulator>
            <disk type='file' device='disk'><driver name='qemu' type='raw'/><source file='{vda}'/><target dev='vda' bus='virtio'/></disk>
            <disk type='file' device='disk'><driver name='qemu' type='qcow2'/><source file='{vdb}'/><target dev='vdb' bus='virtio'/></disk>
            <interface type='user'><mac address='52:54:00:12:34:56'/><model type='virtio'/></interface>
            <channel type='unix'><target type='virtio' name='org.qemu.guest_agent.0'/></channel>
          </devices>
        </domain>
        """;
}
