using Stillpoint.Model;
using Xunit;

namespace Stillpoint.Vault.Tests.Points;

public sealed class RoundTripTests
{
    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(16 * 1024)]
    [InlineData(16 * 1024 + 1)]
    [InlineData(256 * 16 * 1024)]
    [InlineData(257 * 16 * 1024 + 5)]
    public async Task CopyTo_FullPoint_ReturnsTheBytes(int size)
    {
        await using var test = await TestVault.CreateAsync();
        await using var vault = await test.OpenAsync();
        var content = TestData.Disk(size, size);
        var point = await TestVault.PutAsync(vault, content);
        await using var again = await test.OpenAsync();
        var found = await again.FindPointAsync(point.Id.ToString(), default);
        Assert.Equal(content, await TestVault.CopyAsync(again, found));
        Assert.Equal("meta"u8.ToArray(), found.Metadata.ToArray());
        Assert.Equal("web", found.SeriesLabel);
    }

    [Fact]
    public async Task CopyTo_IncrementalPoint_ReturnsBaseAndChanges()
    {
        await using var test = await TestVault.CreateAsync();
        await using var vault = await test.OpenAsync();
        var first = TestData.Disk(3_000_000, 1);
        var p1 = await TestVault.PutAsync(vault, first);
        var second = (byte[])first.Clone();
        new Random(2).NextBytes(second.AsSpan(100_000, 4096));
        second.AsSpan(1_000_000, 200_000).Clear();
        new Random(3).NextBytes(second.AsSpan(2_990_000));
        var changed = TestVault.Blocks(184).Where(b => !TestVault.Block(first, b, 16384).SequenceEqual(TestVault.Block(second, b, 16384))).ToArray();
        var p2 = await TestVault.PutAsync(vault, second, p1, changed);
        Assert.Equal(first, await TestVault.CopyAsync(vault, p1));
        Assert.Equal(second, await TestVault.CopyAsync(vault, p2));
        Assert.True(p2.BytesStored < p1.BytesStored / 4, $"{p2.BytesStored} of {p1.BytesStored}");
    }

    [Theory]
    [InlineData(128 * 1024)]
    [InlineData(1024 * 1024)]
    [InlineData(4 * 1024 * 1024)]
    public async Task CopyTo_LargeBlocks_FullAndDeltaReturnTheBytes(int blockSize)
    {
        await using var test = await TestVault.CreateAsync(blockSize);
        await using var vault = await test.OpenAsync();
        var first = new byte[30_000_000]; // more than one pack
        new Random(7).NextBytes(first);
        var p1 = await TestVault.PutAsync(vault, first);
        var second = (byte[])first.Clone();
        for (var at = 5_000; at < second.Length; at += 3_000_000) new Random(at).NextBytes(second.AsSpan(at, 4096));
        var p2 = await TestVault.PutAsync(vault, second, p1);
        Assert.Equal(first, await TestVault.CopyAsync(vault, p1));
        Assert.Equal(second, await TestVault.CopyAsync(vault, p2));
        Assert.True(p2.BytesStored < 300_000, $"{p2.BytesStored}: ten blocks with 4 KiB of news each");
        var third = (byte[])second.Clone();
        new Random(1).NextBytes(third.AsSpan(5_000, 4096)); // changed again: the delta goes to the first version, not to a delta
        var p3 = await TestVault.PutAsync(vault, third, p2);
        Assert.Equal(third, await TestVault.CopyAsync(vault, p3));
        Assert.True(p3.BytesStored < 50_000, $"{p3.BytesStored}");
    }

    [Fact]
    public async Task Put_DeltasThatDoNotFit_AreStoredWholeAndTheNextDeltaStillWorks()
    {
        await using var test = await TestVault.CreateAsync();
        await using var vault = await test.OpenAsync();
        var first = new byte[20 * 16384];
        new Random(1).NextBytes(first);
        var p1 = await TestVault.PutAsync(vault, first);
        var second = (byte[])first.Clone();
        for (var b = 0; b < 20; b++) new Random(b + 100).NextBytes(second.AsSpan(b * 16384, b % 2 == 0 ? 16384 : 100));
        var p2 = await TestVault.PutAsync(vault, second, p1);
        Assert.Equal(second, await TestVault.CopyAsync(vault, p2));
        Assert.InRange(p2.BytesStored, 10 * 16384, 10 * 16384 + 20_000);
    }

    [Fact]
    public async Task BaseEquals_OnlyForTheSameBytes()
    {
        await using var test = await TestVault.CreateAsync();
        await using var vault = await test.OpenAsync();
        var content = TestData.Disk(100_000, 3);
        content.AsSpan(16384, 16384).Clear();
        var p1 = await TestVault.PutAsync(vault, content);
        await using var writer = await vault.BeginPointAsync(PointId.New(TimeProvider.System), TestVault.Series, "web", p1, default);
        var tree = writer.BeginTree("vda", content.Length, p1.Trees[0]);
        Assert.All(TestVault.Blocks(tree.BlockCount), b => Assert.True(tree.BaseEquals(b, TestVault.Block(content, b, 16384))));
        content[100] ^= 1;
        content[16384] = 1;
        content[^1] ^= 1;
        Assert.False(tree.BaseEquals(0, TestVault.Block(content, 0, 16384)));
        Assert.False(tree.BaseEquals(1, TestVault.Block(content, 1, 16384)));
        Assert.False(tree.BaseEquals(6, TestVault.Block(content, 6, 16384)));
        Assert.False(writer.BeginTree("vdb", 100, null).BaseEquals(0, new byte[100]));
    }

    [Fact]
    public async Task Put_SameContentAgain_SharesTheWholeTree()
    {
        await using var test = await TestVault.CreateAsync();
        await using var vault = await test.OpenAsync();
        var content = TestData.Disk(6_000_000, 1);
        var p1 = await TestVault.PutAsync(vault, content);
        var p2 = await TestVault.PutAsync(vault, content);
        var p3 = await TestVault.PutAsync(vault, content, p2);
        Assert.Equal(p1.Trees[0].Root, p2.Trees[0].Root);
        Assert.Equal(p1.Trees[0].Root, p3.Trees[0].Root);
        Assert.Equal(0, p2.BytesStored);
        Assert.Equal(0, p3.BytesStored);
    }

    [Fact]
    public async Task Read_AnyRange_ReturnsTheBytes()
    {
        await using var test = await TestVault.CreateAsync();
        await using var vault = await test.OpenAsync();
        var content = TestData.Disk(1_000_001, 5);
        var point = await TestVault.PutAsync(vault, content);
        await using var reader = await vault.OpenTreeAsync(point, "vda", default);
        foreach (var (offset, length) in new[] { (0, 1), (16383, 2), (0, 1_000_001), (999_999, 2), (40_000, 100_000) })
        {
            var buffer = new byte[length];
            await reader.ReadAsync(offset, buffer, default);
            Assert.Equal(content.AsSpan(offset, length).ToArray(), buffer);
        }
        var end = 0L;
        await foreach (var extent in reader.ExtentsAsync(default))
        {
            Assert.Equal(end, extent.Offset);
            Assert.True(extent.Length > 0);
            if (extent.Zero) Assert.False(content.AsSpan((int)extent.Offset, (int)extent.Length).ContainsAnyExcept((byte)0));
            end += extent.Length;
        }
        Assert.Equal(1_000_001, end);
    }

    [Fact]
    public async Task OpenTree_UnknownDisk_NamesThoseThereAre()
    {
        await using var test = await TestVault.CreateAsync();
        await using var vault = await test.OpenAsync();
        var point = await TestVault.PutAsync(vault, new byte[10]);
        var e = await Assert.ThrowsAsync<FailureException>(() => vault.OpenTreeAsync(point, "vdz", default));
        Assert.Equal(FailureCode.DiskNotInPoint, e.Failure.Code);
        Assert.Equal("vda", e.Failure.Arguments["disks"]);
    }
}
