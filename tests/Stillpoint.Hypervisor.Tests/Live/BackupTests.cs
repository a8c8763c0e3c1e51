using Stillpoint.Model;
using Stillpoint.TestKit;
using Xunit;

namespace Stillpoint.Hypervisor.Tests.Live;

[Collection(LiveCollection.Name)]
[Trait("Needs", Needs.Vm)]
public sealed class BackupTests(LiveSuite suite)
{
    private static readonly CancellationToken None = CancellationToken.None;

    [Fact]
    public async Task Begin_FullThenIncremental_ExportsBothDisksAndTheDirtyMap()
    {
        await using var vm = await suite.OpenAsync();
        var domain = vm.Domain;
        await domain.BeginBackupAsync(await vm.RequestAsync("stillpoint-test-a", vdaBase: null), None);

        Assert.True(await domain.OwnsBackupAsync(vm.Socket, None));
        Assert.False(await domain.OwnsBackupAsync(vm.Socket + "x", None));
        Assert.Equal(new RunningJob("backup", IsBackup: true), await domain.GetJobAsync(None));
        var exports = (await Tool.RunAsync("nbdinfo", "--list", $"nbd+unix:///?socket={vm.Socket}")).Must().Out;
        Assert.Contains("export=\"vda\"", exports);
        Assert.Contains("export=\"vdb\"", exports);
        Assert.DoesNotContain("qemu:dirty-bitmap", exports);

        await domain.AbortJobAsync(None);
        Assert.Null(await domain.GetJobAsync(None));
        Assert.False(await domain.OwnsBackupAsync(vm.Socket, None));
        await domain.AbortJobAsync(None);

        await vm.Guest.RunAsync("dd if=/dev/urandom of=/srv/changed bs=1M count=8 conv=fsync");
        await domain.BeginBackupAsync(await vm.RequestAsync("stillpoint-test-b", vdaBase: "stillpoint-test-a"), None);
        var map = (await Tool.RunAsync(
            "nbdinfo", "--totals", "--map=qemu:dirty-bitmap:backup-vda", $"nbd+unix:///vda?socket={vm.Socket}")).Must().Out;
        var dirty = long.Parse(map.Split('\n').Single(l => l.Contains(" dirty", StringComparison.Ordinal)).Split(' ', StringSplitOptions.RemoveEmptyEntries)[0]);
        Assert.InRange(dirty, 8L << 20, 512L << 20);
        await domain.AbortJobAsync(None);

        var checkpoints = await domain.ListCheckpointsAsync(None);
        Assert.Equal(["stillpoint-test-a", "stillpoint-test-b"], checkpoints.Select(c => c.Name).Order(StringComparer.Ordinal));
        Assert.Equal("stillpoint-test-a", checkpoints.Single(c => c.Name == "stillpoint-test-b").Parent);
        Assert.All(checkpoints, c => Assert.Equal(new Dictionary<string, bool> { ["vda"] = true }, c.UsableBitmaps));

        string? xml = null;
        await Assert.ThrowsAsync<InvalidOperationException>(() => domain.HideCheckpointAsync("stillpoint-test-b", _ => throw new InvalidOperationException(), None));
        Assert.Equal(2, (await domain.ListCheckpointsAsync(None)).Count);
        await domain.HideCheckpointAsync("stillpoint-test-b", x => xml = x, None);
        Assert.Equal("stillpoint-test-a", Assert.Single(await domain.ListCheckpointsAsync(None)).Name);
        await domain.RedefineCheckpointAsync(xml!, None);
        // Somebody died between keeping the XML and removing the metadata.
        await domain.RedefineCheckpointAsync(xml!, None);
        await domain.DeleteCheckpointAsync("stillpoint-test-a", None);
        Assert.Equal("stillpoint-test-b", Assert.Single(await domain.ListCheckpointsAsync(None)).Name);
        await domain.DeleteCheckpointAsync("stillpoint-test-b", None);
        await domain.DeleteCheckpointAsync("stillpoint-test-b", None);
        Assert.Empty(await domain.ListCheckpointsAsync(None));
    }

    [Fact]
    public async Task Begin_BaseUnknown_IsCheckpointInconsistentAndLeavesNothing()
    {
        await using var vm = await suite.OpenAsync();
        var request = await vm.RequestAsync("stillpoint-test-c", vdaBase: "stillpoint-nosuch");

        var e = await Assert.ThrowsAsync<FailureException>(() => vm.Domain.BeginBackupAsync(request, None));

        Assert.Equal(FailureCode.CheckpointInconsistent, e.Failure.Code);
        Assert.Empty(await vm.Domain.ListCheckpointsAsync(None));
        Assert.Null(await vm.Domain.GetJobAsync(None));
    }

    [Fact]
    public async Task Begin_ScratchMissing_IsScratchUnusableWithThePath()
    {
        await using var vm = await suite.OpenAsync();
        var request = await vm.RequestAsync("stillpoint-test-d", vdaBase: null);
        File.Delete(vm.Scratch("vdb"));

        var e = await Assert.ThrowsAsync<FailureException>(() => vm.Domain.BeginBackupAsync(request, None));

        Assert.Equal(FailureCode.ScratchUnusable, e.Failure.Code);
        Assert.Equal(vm.Scratch("vdb"), e.Failure.Arguments["path"]);
    }

    [Fact]
    public async Task Delete_BitmapGoneFromUnderTheCheckpoint_RemovesWhatIsLeft()
    {
        await using var vm = await suite.OpenAsync();
        await vm.Domain.BeginBackupAsync(await vm.RequestAsync("stillpoint-test-e", vdaBase: null), None);
        await vm.Domain.AbortJobAsync(None);
        var nodes = (await vm.Guest.Libvirt.VirshAsync("qemu-monitor-command", vm.Guest.Name, """{"execute":"query-named-block-nodes","arguments":{"flat":true}}""")).Must().Out;
        var node = Assert.Single(LiveBitmaps.NodesWith(nodes, "stillpoint-test-e"));
        var remove = $$$"""{"execute":"block-dirty-bitmap-remove","arguments":{"node":"{{{node}}}","name":"stillpoint-test-e"}}""";
        (await vm.Guest.Libvirt.VirshAsync("qemu-monitor-command", vm.Guest.Name, remove)).Must();

        var checkpoint = Assert.Single(await vm.Domain.ListCheckpointsAsync(None));
        Assert.Equal(new Dictionary<string, bool> { ["vda"] = false }, checkpoint.UsableBitmaps);
        await vm.Domain.DeleteCheckpointAsync("stillpoint-test-e", None);
        Assert.Empty(await vm.Domain.ListCheckpointsAsync(None));
    }

    [Fact]
    public async Task ScratchThreshold_GuestOverwrites_EventNamesTheDiskAndUseGrows()
    {
        await using var vm = await suite.OpenAsync();
        await vm.Guest.RunAsync("dd if=/dev/urandom of=/data/over bs=1M count=16 conv=fsync");
        var reached = new TaskCompletionSource<DomainEvent>(TaskCreationOptions.RunContinuationsAsynchronously);
        using var events = vm.Host.Subscribe(vm.Domain.Id, e =>
        {
            if (e.Kind == DomainEventKind.ScratchThreshold) reached.TrySetResult(e);
        });
        await vm.Domain.BeginBackupAsync(await vm.RequestAsync("stillpoint-test-f", vdaBase: null) with { Checkpoint = null }, None);
        await vm.Domain.SetScratchThresholdAsync("vdb", 4 << 20, None);

        await vm.Guest.RunAsync("dd if=/dev/urandom of=/data/over bs=1M count=16 conv=notrunc,fsync");

        Assert.Equal("vdb", (await reached.Task.WaitAsync(TimeSpan.FromSeconds(30))).Detail);
        var use = await vm.Domain.GetScratchUseAsync(None);
        Assert.Equal(["vda", "vdb"], use.Keys.Order(StringComparer.Ordinal));
        Assert.InRange(use["vdb"], 4 << 20, 128 << 20);
    }

    [Fact]
    public async Task Config_OfTheGuest_SaysWhatIsThere()
    {
        await using var vm = await suite.OpenAsync();

        var config = await vm.Domain.GetConfigAsync(inactive: false, None);

        Assert.True(config.HasAgentChannel);
        Assert.False(config.HasTpm);
        Assert.Equal([("vda", "qcow2", true), ("vdb", "raw", false)], config.Disks.Select(d => (d.Name, d.Format, d.CanTrack)));
        Assert.All(config.Disks, d => Assert.False(d.HasBackingChain));
        Assert.Equal(2L << 30, await vm.Domain.GetDiskSizeAsync("vda", None));
        Assert.EndsWith("/vmlinuz", config.KernelPath);
        Assert.Equal(PowerState.Running, (await vm.Domain.GetStateAsync(None)).Power);
        Assert.False(await vm.Domain.HasInternalSnapshotsAsync(None));
        Assert.False(await vm.Domain.GetAutostartAsync(None));
    }
}
