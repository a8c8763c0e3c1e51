using Stillpoint.Engine.Tests.Fakes;
using Stillpoint.Engine.Transfer;
using Stillpoint.Model;
using Xunit;

namespace Stillpoint.Engine.Tests.Transfer;

public sealed class DiskTransferTests
{
    private const int Block = 4096;
    private const int Size = (300 * Block) + 1000;
    private static readonly CapturePolicy EveryBlock = new() { SampleShare = 1 };

    [Fact]
    public async Task Run_Full_TreeHoldsTheDisk()
    {
        var content = RandomBytes(1);
        var disk = new MemoryDisk(content, new DiskExtent(0, Size, Zero: false, Dirty: true));
        var tree = new MemoryTree(Size, Block, []);
        var done = await RunAsync(disk, tree, incremental: false, baseSize: null, CapturePolicy.Default);
        Assert.Equal(content, tree.Content);
        Assert.Equal(new DiskTransferred(ReadMode.Full, Size, Size, null), done);
        Assert.True(disk.MostInFlight > 1);
    }

    [Fact]
    public async Task Run_Incremental_ReadsOnlyWhatIsDirty()
    {
        var before = RandomBytes(1);
        var now = before.ToArray();
        now.AsSpan(Block, 2 * Block).Fill(7);
        now.AsSpan(5 * Block, Block).Clear();
        var disk = new MemoryDisk(now,
            new(0, Block, false, false), new(Block, 2 * Block, false, true), new(3 * Block, 2 * Block, false, false),
            new(5 * Block, Block, true, true), new(6 * Block, Size - (6 * Block), false, false));
        var tree = new MemoryTree(Size, Block, before);
        var done = await RunAsync(disk, tree, incremental: true, Size, CapturePolicy.Default with { SampleShare = 0 });
        Assert.Equal(now, tree.Content);
        Assert.Equal(2 * Block, disk.BytesRead);
        Assert.Equal(new DiskTransferred(ReadMode.Incremental, 2 * Block, 2 * Block, null), done);
    }

    [Fact]
    public async Task Run_BitmapLies_IsFoundAndTheDiskIsReadInFull()
    {
        var before = RandomBytes(1);
        var now = before.ToArray();
        now[(200 * Block) + 5] ^= 1;
        now[(250 * Block) + 5] ^= 1;
        var disk = new MemoryDisk(now, new DiskExtent(0, Size, Zero: false, Dirty: false));
        var tree = new MemoryTree(Size, Block, before);
        var done = await RunAsync(disk, tree, incremental: true, Size, EveryBlock);
        Assert.Equal(200, done.Lie);
        Assert.Equal(ReadMode.Full, done.Mode);
        Assert.Equal(now, tree.Content);
    }

    /// <summary>The base's damage shows with the first put, and every block the bitmap called clean is read: no lie is told of it.</summary>
    [Fact]
    public async Task Run_BaseIsDamaged_DiskIsReadInFull()
    {
        var now = RandomBytes(1);
        now.AsSpan(7 * Block, 10 * Block).Clear();
        var disk = new MemoryDisk(now, new(0, 2 * Block, false, true), new(2 * Block, 5 * Block, false, false), new(7 * Block, 10 * Block, true, false), new(17 * Block, Size - (17 * Block), false, false));
        var tree = new MemoryTree(Size, Block, []) { DamagedFrom = 0 };
        var done = await RunAsync(disk, tree, incremental: true, Size, EveryBlock);
        Assert.Equal((ReadMode.Full, null, FailureCode.VaultDamaged), (done.Mode, done.Lie, done.BaseDamage?.Code));
        Assert.Equal(now, tree.Content);
        Assert.Equal(301, tree.BlocksPut.Count);
        Assert.Equal(Size - (10 * Block), disk.BytesRead);
    }

    [Fact]
    public async Task Run_CleanAndZeroButBaseIsNot_IsFoundWithoutReading()
    {
        var before = RandomBytes(1);
        var disk = new MemoryDisk(new byte[Size], new DiskExtent(0, Size, Zero: true, Dirty: false));
        var tree = new MemoryTree(Size, Block, before);
        var done = await RunAsync(disk, tree, incremental: true, Size, EveryBlock);
        Assert.Equal(0, done.Lie);
        Assert.Equal(0, disk.BytesRead);
        Assert.Equal(new byte[Size], tree.Content);
    }

    [Fact]
    public async Task Run_EveryTurnOfTheSample_CoversEveryBlockOnce()
    {
        var content = RandomBytes(1);
        long read = 0;
        for (var turn = 0; turn < 100; turn++)
        {
            var disk = new MemoryDisk(content, new DiskExtent(0, Size, Zero: false, Dirty: false));
            await RunAsync(disk, new MemoryTree(Size, Block, content), incremental: true, Size, CapturePolicy.Default with { SampleLimit = TimeSpan.FromHours(1) }, turn);
            read += disk.BytesRead;
        }
        Assert.Equal(Size, read);
    }

    [Fact]
    public async Task Run_DiskHasGrown_ReadsTheBlockThatTheOldEndCutShort()
    {
        var before = RandomBytes(1)[..((10 * Block) + 100)];
        var now = new byte[Size];
        before.CopyTo(now, 0);
        var disk = new MemoryDisk(now, new(0, 11 * Block, false, false), new(11 * Block, Size - (11 * Block), true, false));
        var tree = new MemoryTree(Size, Block, before);
        await RunAsync(disk, tree, incremental: true, before.Length, CapturePolicy.Default with { SampleShare = 0 });
        Assert.Equal([10L], tree.BlocksPut);
        Assert.Equal(now, tree.Content);
    }

    [Fact]
    public async Task Run_DamagedBlocksOfTheBase_AreReadAgainThoughClean()
    {
        var content = RandomBytes(1);
        var disk = new MemoryDisk(content, new DiskExtent(0, Size, Zero: false, Dirty: false));
        var tree = new MemoryTree(Size, Block, content) { BlocksToHeal = [300, 7] };
        await RunAsync(disk, tree, incremental: true, Size, CapturePolicy.Default with { SampleShare = 0 });
        Assert.Equal([7L, 300L], tree.BlocksPut.Order());
    }

    [Fact]
    public async Task Run_SourceFails_ThrowsItsFailureAfterAllReadsEnded()
    {
        var disk = new MemoryDisk(RandomBytes(1), new DiskExtent(0, Size, Zero: false, Dirty: true)) { FailFrom = 100 * Block };
        var e = await Assert.ThrowsAsync<FailureException>(() => RunAsync(disk, new MemoryTree(Size, Block, []), false, null, CapturePolicy.Default));
        Assert.Equal(FailureCode.HostConnectionLost, e.Failure.Code);
    }

    [Fact]
    public async Task Run_VaultFails_ThrowsItsFailure()
    {
        var disk = new MemoryDisk(RandomBytes(1), new DiskExtent(0, Size, Zero: false, Dirty: true));
        var tree = new MemoryTree(Size, Block, []) { FailWith = new(FailureCode.VaultFull, Stage.Store) };
        var e = await Assert.ThrowsAsync<FailureException>(() => RunAsync(disk, tree, false, null, CapturePolicy.Default));
        Assert.Equal(FailureCode.VaultFull, e.Failure.Code);
    }

    private static byte[] RandomBytes(int seed)
    {
        var bytes = new byte[Size];
        new Random(seed).NextBytes(bytes);
        return bytes;
    }

    private static Task<DiskTransferred> RunAsync(
        MemoryDisk disk, MemoryTree tree, bool incremental, long? baseSize, CapturePolicy policy, int turn = 0)
    {
        var meter = new TransferMeter(JobId.New(TimeProvider.System), SubTask.TransferDataToVault, new NoEvents(), TimeProvider.System, () => 0);
        return new DiskTransfer(disk, tree, Block, meter, TimeProvider.System).RunAsync(incremental, baseSize, policy, turn, CancellationToken.None);
    }

}
