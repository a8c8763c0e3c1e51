using Stillpoint.Model;
using Stillpoint.Vault.Tests.Stores;
using Xunit;

namespace Stillpoint.Vault.Tests.Points;

/// <summary>Trees of three levels (more than 65,536 blocks), almost all zero; grown and shrunk over the levels' borders.</summary>
public sealed class DeepTreeTests
{
    private const int BlockSize = 16 * 1024;
    private const long Level3 = 70_000, Level2 = 60_000, Level1 = 200;

    [Theory]
    [InlineData(Level3, Level3)]
    [InlineData(Level3, Level2)]
    [InlineData(Level3, Level1)]
    [InlineData(Level2, Level3)]
    [InlineData(Level1, Level3)]
    [InlineData(Level1, Level2)]
    [InlineData(65_536, 65_537)]
    [InlineData(65_537, 65_536)]
    [InlineData(257, 256)]
    [InlineData(256, 257)]
    [InlineData(Level3, 0)]
    public async Task Increment_OtherSize_ReadsRightAndHasTheRootOfAFullOne(long blocksBefore, long blocksAfter)
    {
        var store = new MemoryStore();
        await VaultInit.CreateAsync(store, new(BlockSize, PassphraseRounds: 1), "p", TimeProvider.System, default);
        await using var vault = await OpenVault.OpenAsync(store, new Passphrase("p"), TimeProvider.System, default);
        long[] places = [0, 1, 100, 199, 255, 256, 59_999, 60_000, 65_535, 65_536, 69_999];
        var p1 = await PutAsync(vault, blocksBefore, null, places.ToDictionary(b => b, b => (byte)(1 + b % 7)));
        var p2 = await PutAsync(vault, blocksAfter, p1, new() { [1] = 99, [199] = 0, [65_536] = 98 });
        var expected = places.Where(b => b < blocksBefore).ToDictionary(b => b, b => (byte)(1 + b % 7));
        (expected[1], expected[199], expected[65_536]) = (99, 0, 98);
        var full = await PutAsync(vault, blocksAfter, null, expected);
        Assert.Equal(full.Trees[0].Root, p2.Trees[0].Root);
        await using var reader = await vault.OpenTreeAsync(p2, "vda", default);
        var block = new byte[BlockSize];
        foreach (var b in places.Where(b => b < blocksAfter))
        {
            await reader.ReadAsync(b * BlockSize, block, default);
            Assert.False(block.AsSpan().ContainsAnyExcept(expected.GetValueOrDefault(b)), $"block {b}");
        }
        var data = 0L;
        var end = 0L;
        await foreach (var extent in reader.ExtentsAsync(default))
        {
            Assert.Equal(end, extent.Offset);
            end += extent.Length;
            if (!extent.Zero) data += extent.Length / BlockSize;
        }
        Assert.Equal(blocksAfter * BlockSize, end);
        Assert.Equal(expected.Count(e => e.Key < blocksAfter && e.Value != 0), data);
    }

    private static async Task<PointInfo> PutAsync(OpenVault vault, long blocks, PointInfo? @base, Dictionary<long, byte> content)
    {
        await using var writer = await vault.BeginPointAsync(PointId.New(TimeProvider.System), TestVault.Series, "x", @base, default);
        var tree = writer.BeginTree("vda", blocks * BlockSize, @base?.Trees[0]);
        var block = new byte[BlockSize];
        foreach (var (at, value) in content)
        {
            if (at >= blocks) continue;
            block.AsSpan().Fill(value);
            tree.Put(at, block);
        }
        return await writer.CommitAsync(0, default, default);
    }
}
