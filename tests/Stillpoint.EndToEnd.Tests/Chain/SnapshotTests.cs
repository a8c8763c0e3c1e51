using Stillpoint.TestKit;
using Xunit;

namespace Stillpoint.EndToEnd.Tests.Chain;

/// <summary>
/// Internal snapshots: QEMU cannot revert one while the image holds a bitmap, and leaves the VM off. So no backup of ours may leave one on a VM that has them.
/// </summary>
[Collection(nameof(VmSuite)), Trait("Needs", Needs.Vm), Trait("Area", "capture")]
public sealed class SnapshotTests(VmSuite suite)
{
    private const long Mebibyte = 1 << 20;

    [Fact(Explicit = true)]
    public async Task Revert_OfASnapshotOlderThanTheBackup_Works()
    {
        Needs.VirtualMachine();
        await using var vm = await BareVm.DefineAsync(await suite.LibvirtAsync(), "snapshot-before");
        await vm.StartAsync();
        await vm.VirshAsync("snapshot-create-as", vm.Name, "s");
        await ChainCases.RunAsync("SnapshotBefore", async () =>
        {
            using var cli = await StillpointCli.WithVaultAsync(vm.Libvirt);
            (await cli.RunAsync("backup", vm.Name)).Must();
            await vm.WriteAsync(20 * Mebibyte, 2);
            // Read in full each time, and only what is new is stored.
            var second = await cli.BackupAsync(vm.Name);
            Assert.Equal(("full", Mebibyte), (second.Reading().Mode, second.Reading().Changed));
            await MustRevertAsync(vm, cli);
            return second.Cells();
        });
    }

    [Fact]
    public async Task Revert_OfASnapshotMadeBetweenTwoBackups_WorksAfterTheSecond()
    {
        Needs.VirtualMachine();
        await using var vm = await BareVm.DefineAsync(await suite.LibvirtAsync(), "snapshot-after");
        using var cli = await BareChainTests.FirstAsync(vm);
        await vm.WriteAsync(20 * Mebibyte, 2);
        await vm.VirshAsync("snapshot-create-as", vm.Name, "s");
        await ChainCases.RunAsync("SnapshotAfter", async () =>
        {
            var second = await cli.BackupAsync(vm.Name);
            Assert.Equal("incremental", second.Reading().Mode);
            await MustRevertAsync(vm, cli);
            return second.Cells();
        });
    }

    /// <summary>The VM is as it was at the snapshot, and not off; what comes after is backed up.</summary>
    private static async Task MustRevertAsync(BareVm vm, StillpointCli cli)
    {
        Assert.Empty(await vm.CheckpointsAsync());
        await vm.WriteAsync(21 * Mebibyte, 3);
        await vm.VirshAsync("snapshot-revert", vm.Name, "s");
        Assert.Equal("paused", (await vm.VirshAsync("domstate", vm.Name)).Trim());
        await cli.BackupAsync(vm.Name);
    }
}
