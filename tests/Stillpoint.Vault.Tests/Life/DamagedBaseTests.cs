using Stillpoint.Model;
using Xunit;

namespace Stillpoint.Vault.Tests.Life;

/// <summary>A page of the point that an increment is written on is damaged: the writer says so, and a tree that is then put whole heals it.</summary>
public sealed class DamagedBaseTests
{
    private const int Blocks = 300; // two leaves and a root

    [Theory]
    [InlineData(100, false)] // a page, and nobody knows
    [InlineData(100, true)] // the same after a verification
    [InlineData(int.MaxValue, false)] // all pages of the base are gone
    [InlineData(int.MaxValue, true)]
    public async Task Increment_OnADamagedPage_PutWhole_IsWholeAndSoIsTheNext(int at, bool verified)
    {
        var life = await DamagedAsync(at);
        if (verified)
        {
            await using var checking = await life.OpenAsync();
            Assert.Single((await VaultVerify.FullAsync(checking, null, default)).Points);
        }
        var (bytes, next) = (Changed(life.Points[0].Bytes, 1), Changed(life.Points[0].Bytes, 2));
        await using (var vault = await life.OpenAsync())
        {
            await using var writer = await vault.BeginPointAsync(PointId.New(TimeProvider.System), TestVault.Series, "web", life.Points[0].Point, default);
            var tree = writer.BeginTree("vda", bytes.Length, life.Points[0].Point.Trees[0]);
            if (verified) Assert.NotNull(tree.BaseDamage);
            foreach (var block in Dirty) tree.Put(block, TestVault.Block(bytes, block, vault.BlockSize));
            Assert.Equal(FailureCode.VaultDamaged, tree.BaseDamage?.Code);
            foreach (var block in TestVault.Blocks(Blocks).Except(Dirty)) tree.Put(block, TestVault.Block(bytes, block, vault.BlockSize));
            life.Points.Add((await writer.CommitAsync(1, default, default), bytes));
        }
        await using (var vault = await life.OpenAsync())
        {
            await using var writer = await vault.BeginPointAsync(PointId.New(TimeProvider.System), TestVault.Series, "web", life.Points[1].Point, default);
            var tree = writer.BeginTree("vda", next.Length, life.Points[1].Point.Trees[0]);
            foreach (var block in Dirty) tree.Put(block, TestVault.Block(next, block, vault.BlockSize));
            Assert.Null(tree.BaseDamage);
            life.Points.Add((await writer.CommitAsync(1, default, default), next));
            await VaultForget.ForgetAsync(vault, [life.Points[0].Point], default);
        }
        life.Store.Now += TimeSpan.FromHours(1);
        await GcTests.GcAsync(life, new(Now: true));
        await life.CheckAsync(1, 2);
    }

    [Theory]
    [InlineData(100)]
    [InlineData(int.MaxValue)]
    public async Task Increment_OnADamagedPage_NotPutWhole_IsRefused(int at)
    {
        var life = await DamagedAsync(at);
        await using var vault = await life.OpenAsync();
        await using var writer = await vault.BeginPointAsync(PointId.New(TimeProvider.System), TestVault.Series, "web", life.Points[0].Point, default);
        var tree = writer.BeginTree("vda", life.Points[0].Bytes.Length, life.Points[0].Point.Trees[0]);
        foreach (var block in Dirty) tree.Put(block, TestVault.Block(life.Points[0].Bytes, block, vault.BlockSize));
        Assert.Equal(FailureCode.VaultDamaged, (await Assert.ThrowsAsync<FailureException>(() => writer.CommitAsync(1, default, default))).Failure.Code);
        Assert.Equal(1, life.Count("points/"));
    }

    /// <summary>A page may come again just as it was: it must be stored again all the same.</summary>
    [Fact]
    public async Task SameContentOnADamagedPage_HealsTheOldPointToo()
    {
        var life = await DamagedAsync(100);
        await using (var vault = await life.OpenAsync()) await life.PutAsync(vault, life.Points[0].Bytes, life.Points[0].Point);
        life.Store.Now += TimeSpan.FromHours(1);
        await GcTests.GcAsync(life, new());
        await life.CheckAsync(0, 1);
    }

    /// <summary>One in each leaf.</summary>
    private static readonly long[] Dirty = [3, 290];

    private static byte[] Changed(byte[] bytes, byte by)
    {
        var changed = (byte[])bytes.Clone();
        foreach (var block in Dirty) changed[block * LifeVault.BlockSize + 7] += by;
        return changed;
    }

    private static async Task<LifeVault> DamagedAsync(int at)
    {
        var life = await LifeVault.CreateAsync();
        var bytes = new byte[Blocks * LifeVault.BlockSize];
        foreach (var block in new[] { 0, 3, 200, 260, 290, 299 }) new Random(block).NextBytes(bytes.AsSpan(block * LifeVault.BlockSize, 500));
        await using (var vault = await life.OpenAsync()) await life.PutAsync(vault, bytes, null);
        var pages = life.Store.Content.Keys.Single(k => k.StartsWith("pages/", StringComparison.Ordinal));
        var damaged = (byte[])life.Store[pages].Clone();
        await life.Store.DeleteAsync(pages, default);
        if (at == int.MaxValue) return life;
        damaged[at] ^= 4;
        await life.Store.TryPutAsync(pages, [damaged], default);
        return life;
    }
}
