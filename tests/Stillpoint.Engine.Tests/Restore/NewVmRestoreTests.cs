using System.Xml.Linq;
using Stillpoint.Engine.Restore;
using Stillpoint.Model;
using Xunit;

namespace Stillpoint.Engine.Tests.Restore;

public sealed class NewVmRestoreTests : IDisposable
{
    private readonly RestoreWorld _world = new RestoreWorld().WithOldVm();

    public void Dispose() => _world.Dispose();

    [Fact]
    [Trait("Needs", "tools")]
    public async Task RunAsync_NewVm_HasThePointsBytesAndAnIdentityOfItsOwn()
    {
        var before = _world.Names();
        var result = await _world.RunAsync(Order() with { Start = true });
        Assert.Equal("web2", result.VmName);
        Assert.Equal(
            [new("vda", _world.Disks + "/web2-vda.raw", "raw", _world.Vda.Length), new("vdb", _world.Disks + "/web2-vdb.qcow2", "qcow2", _world.Vdb.Length)],
            result.Disks);
        Assert.Equal(_world.Vda, await _world.ReadImageAsync(_world.Disks + "/web2-vda.raw", "raw"));
        Assert.Equal(_world.Vdb, await _world.ReadImageAsync(_world.Disks + "/web2-vdb.qcow2", "qcow2"));
        Assert.Equal(_world.Nvram, File.ReadAllBytes(_world.Disks + "/web2-nvram"));
        Assert.Equal(["web2-nvram", "web2-vda.raw", "web2-vdb.qcow2"], _world.Names().Except(before));
        var xml = XElement.Parse(_world.Host.Definitions[result.Vm!.Value.Value]);
        Assert.Null(xml.Element("uuid"));
        Assert.Null(xml.Attribute("id"));
        Assert.Null(xml.Element("devices")!.Element("interface")!.Element("mac"));
        Assert.Equal(_world.Disks + "/web2-nvram", (string?)xml.Element("os")!.Element("nvram"));
        Assert.Equal(_world.Disks + "/vmlinuz", (string?)xml.Element("os")!.Element("kernel"));
        Assert.Contains(result.Vm!.Value.Value, _world.Host.Running);
        Assert.Equal(_world.Xml, _world.Host.Definitions[Guid.Parse(RestoreWorld.VmUuid)]);
        Assert.DoesNotContain(result.Vm!.Value.Value, _world.Host.Autostart);
        _world.NothingIsOpen();
        Assert.Equal(
            ["SubTaskStarted RestoreDisks", "SubTaskFinished RestoreDisks", "SubTaskStarted DefineVm", "SubTaskFinished DefineVm"],
            _world.Events.Select(e => e switch
            {
                SubTaskStarted s => $"SubTaskStarted {s.SubTask}",
                SubTaskFinished { Failure: null } f => $"SubTaskFinished {f.SubTask}",
                Progressed => "",
                _ => e.ToString(),
            }).Where(t => t.Length > 0));
        var last = _world.Events.OfType<Progressed>().Last();
        Assert.Equal((589_824 + 512, 589_824 + 512), (last.DoneBytes, last.TotalBytes));
    }

    [Fact]
    public async Task RunAsync_KernelChangedOnTheHost_IsPlacedBesideTheDisks()
    {
        File.WriteAllBytes(_world.Disks + "/vmlinuz", RestoreWorld.Content(99, 70_000));
        var result = await _world.RunAsync(Order() with { Format = "raw" });
        Assert.Equal(_world.Kernel, File.ReadAllBytes(_world.Disks + "/web2-kernel"));
        var xml = XElement.Parse(_world.Host.Definitions[result.Vm!.Value.Value]);
        Assert.Equal(_world.Disks + "/web2-kernel", (string?)xml.Element("os")!.Element("kernel"));
        Assert.Equal(_world.Vdb, File.ReadAllBytes(_world.Disks + "/web2-vdb.raw"));
    }

    [Fact]
    public async Task RunAsync_RawDisk_IsSparse()
    {
        await _world.RunAsync(Order() with { Format = "raw" });
        var file = Hypervisor.Targets.HostFile.Find(_world.Disks + "/web2-vda.raw")!;
        Assert.Equal(_world.Vda.Length, file.SizeBytes);
        Assert.True(file.AllocatedBytes < file.SizeBytes - 65536, $"{file.AllocatedBytes} of {file.SizeBytes}");
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, file.Mode);
    }

    [Fact]
    public async Task RunAsync_NameTaken_TouchesNothing() => await RefusedAsync(Order() with { Name = "web1" }, FailureCode.VmNameTaken);

    [Theory]
    [InlineData("")]
    [InlineData("a/b")]
    [InlineData("../x")]
    public async Task RunAsync_NameThatIsNone_TouchesNothing(string name) => await RefusedAsync(Order() with { Name = name }, FailureCode.UsageInvalid);

    [Fact]
    public async Task RunAsync_FormatUnknown_TouchesNothing() => await RefusedAsync(Order() with { Format = "vmdk" }, FailureCode.UsageInvalid);

    [Fact]
    public async Task RunAsync_FolderAndPool_TouchesNothing() => await RefusedAsync(Order() with { Pool = "default" }, FailureCode.UsageInvalid);

    [Fact]
    public async Task RunAsync_NoSuchFolder_IsTargetUnusable() =>
        await RefusedAsync(Order() with { Folder = _world.Root + "/nowhere" }, FailureCode.TargetUnusable);

    [Fact]
    public async Task RunAsync_TargetExists_KeepsIt()
    {
        File.WriteAllText(_world.Disks + "/web2-vdb.qcow2", "mine");
        await RefusedAsync(Order(), FailureCode.TargetExists);
        Assert.Equal("mine", File.ReadAllText(_world.Disks + "/web2-vdb.qcow2"));
    }

    [Fact]
    public async Task RunAsync_NotEnoughSpace_SaysHowMuchBeforeWriting()
    {
        _world.Vault.PretendSizes["vda"] = 1L << 60;
        var error = await Assert.ThrowsAsync<FailureException>(() => _world.RunAsync(Order() with { Format = "raw" }));
        Assert.Equal(FailureCode.TargetFull, error.Failure.Code);
        Assert.Equal("1152921504607109120", error.Failure.Arguments["needed"]); // 2^60 and vdb's 262,144
        Assert.True(long.Parse(error.Failure.Arguments["free"], System.Globalization.CultureInfo.InvariantCulture) > 0);
        Assert.DoesNotContain(_world.Names(), n => n.StartsWith("web2", StringComparison.Ordinal));
    }

    [Fact]
    public async Task RunAsync_NoSuchPoint_IsPointNotFound() => Assert.Equal(FailureCode.PointNotFound, await _world.FailsAsync(Order() with { Point = "nope" }));

    [Fact]
    [Trait("Needs", "tools")]
    public async Task RunAsync_CancelledHalfWay_LeavesNothing()
    {
        using var cancel = new CancellationTokenSource();
        _world.Vault.BeforeBlock = (tree, block) =>
        {
            if (tree == "vdb" && block == 2) cancel.Cancel();
        };
        var before = _world.Names();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => _world.RunAsync(Order(), ct: cancel.Token));
        Assert.Equal(before, _world.Names());
        _world.NothingIsOpen();
    }

    [Fact]
    public async Task RunAsync_VaultDamaged_LeavesNothing()
    {
        _world.Vault.BeforeBlock = (tree, block) =>
        {
            if (tree == "vda" && block == 4) throw new FailureException(FailureCode.VaultDamaged, Stage.Vault);
        };
        await RefusedAsync(Order(), FailureCode.VaultDamaged);
    }

    [Fact]
    public async Task RunAsync_HostRefusesTheDefinition_LeavesNothing()
    {
        _world.Host.RefuseDefine = Failure.Of(FailureCode.HostRefused, Stage.Restore);
        await RefusedAsync(Order() with { Format = "raw" }, FailureCode.HostRefused);
    }

    [Fact]
    public async Task RunAsync_IntoAPool_UsesItsFolder()
    {
        _world.Host.PoolFolder = Directory.CreateDirectory(_world.Root + "/pool").FullName;
        var result = await _world.RunAsync(Order() with { Folder = null, Pool = "default", Format = "raw" });
        Assert.Equal(_world.Root + "/pool/web2-vda.raw", result.Disks[0].Target);
    }

    private RestoreAsNewVm Order() => new(_world.Job, _world.Vault.Point.ToString(), "web2", _world.Disks, null, null, NetworkConnected: true, Start: false);

    private async Task RefusedAsync(RestoreAsNewVm order, FailureCode code)
    {
        var (names, definitions) = (_world.Names(), _world.Host.Definitions.Count);
        Assert.Equal(code, await _world.FailsAsync(order));
        Assert.Equal(names, _world.Names());
        Assert.Equal(definitions, _world.Host.Definitions.Count);
        _world.NothingIsOpen();
    }
}
