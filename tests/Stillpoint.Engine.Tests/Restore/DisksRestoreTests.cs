using Stillpoint.Engine.Restore;
using Stillpoint.Model;
using Xunit;

namespace Stillpoint.Engine.Tests.Restore;

public sealed class DisksRestoreTests : IDisposable
{
    private readonly RestoreWorld _world = new();

    public void Dispose() => _world.Dispose();

    [Theory]
    [Trait("Needs", "tools")]
    [InlineData("raw")]
    [InlineData("qcow2")]
    public async Task RunAsync_OneDisk_HasThePointsBytes(string format)
    {
        var result = await _world.RunAsync(Order(new DiskToRestore("vda", _world.Disks + "/x.img", format, false)));
        Assert.Equal([new("vda", _world.Disks + "/x.img", format, _world.Vda.Length)], result.Disks);
        Assert.Null(result.Vm);
        Assert.Equal(_world.Vda, await _world.ReadImageAsync(_world.Disks + "/x.img", format));
        Assert.Equal(["x.img"], _world.Names());
        _world.NothingIsOpen();
    }

    [Fact]
    public async Task RunAsync_FileThere_NeedsOverwrite()
    {
        File.WriteAllText(_world.Disks + "/x.img", "mine");
        var disk = new DiskToRestore("vdb", _world.Disks + "/x.img", "raw", false);
        Assert.Equal(FailureCode.TargetExists, await _world.FailsAsync(Order(disk)));
        Assert.Equal("mine", File.ReadAllText(_world.Disks + "/x.img"));
        await _world.RunAsync(Order(disk with { Overwrite = true }));
        Assert.Equal(_world.Vdb, File.ReadAllBytes(_world.Disks + "/x.img"));
        Assert.Equal(["x.img"], _world.Names());
    }

    [Fact]
    public async Task RunAsync_OverwriteFails_KeepsTheFile()
    {
        File.WriteAllText(_world.Disks + "/x.img", "mine");
        _world.Vault.BeforeBlock = (_, block) =>
        {
            if (block == 2) throw new FailureException(FailureCode.VaultDamaged, Stage.Vault);
        };
        Assert.Equal(FailureCode.VaultDamaged, await _world.FailsAsync(Order(new DiskToRestore("vdb", _world.Disks + "/x.img", "raw", true))));
        Assert.Equal("mine", File.ReadAllText(_world.Disks + "/x.img"));
        Assert.Equal(["x.img"], _world.Names());
        _world.NothingIsOpen();
    }

    [Fact]
    public async Task RunAsync_UnknownDisk_NamesThoseThereAre()
    {
        var error = await Assert.ThrowsAsync<FailureException>(() => _world.RunAsync(Order(new DiskToRestore("sda", _world.Disks + "/x", "raw", false))));
        Assert.Equal(FailureCode.DiskNotInPoint, error.Failure.Code);
        Assert.Equal("vda vdb", error.Failure.Evidence[0].Text);
    }

    [Fact]
    public async Task RunAsync_TwoDisksToOneTarget_IsUsageInvalid() => Assert.Equal(FailureCode.UsageInvalid, await _world.FailsAsync(Order(
        new DiskToRestore("vda", _world.Disks + "/x", "raw", false), new DiskToRestore("vdb", _world.Disks + "/./x", "raw", false))));

    [Fact]
    public async Task RunAsync_DeviceThatIsNone_MakesNoFileInDev()
    {
        Assert.Equal(
            FailureCode.TargetUnusable, await _world.FailsAsync(Order(new DiskToRestore("vda", "/dev/stillpoint-test-none", "raw", true))));
        Assert.False(File.Exists("/dev/stillpoint-test-none"));
    }

    private RestoreDisks Order(params DiskToRestore[] disks) => new(JobId.New(TimeProvider.System), _world.Vault.Point.ToString(), disks);
}
