using Stillpoint.Model;
using Xunit;

namespace Stillpoint.Vault.Tests.Life;

/// <summary>Damage, found by a verification; the next incremental backup; a collection: then all is clean again.</summary>
public sealed class HealingTests
{
    [Theory]
    [InlineData("packs/", 100)] // an entry
    [InlineData("packs/", -1)] // the end of the pack: its footer
    [InlineData("packs/", int.MaxValue)] // the whole pack is gone
    public async Task Damage_NextIncrementalBackupAndGc_VerifyIsClean(string folder, int at)
    {
        var life = await LifeVault.CreateAsync();
        await using (var vault = await life.OpenAsync())
        {
            var bytes = new byte[30 * LifeVault.BlockSize];
            new Random(3).NextBytes(bytes);
            var first = await life.PutAsync(vault, bytes, null);
            await life.PutAsync(vault, bytes, first);
        }
        Hit(life, life.Store.Content.Keys.Where(k => k.StartsWith(folder, StringComparison.Ordinal)).Order(StringComparer.Ordinal).First(), at);
        await using (var vault = await life.OpenAsync())
        {
            var report = await VaultVerify.FullAsync(vault, null, default);
            Assert.False(report.IsWhole);
            Assert.Equal(at == -1 ? 0 : 2, report.Points.Count);
            var @base = life.Points[1].Point;
            var bytes = life.Points[1].Bytes;
            await using (var writer = await vault.BeginPointAsync(PointId.New(TimeProvider.System), TestVault.Series, "web", @base, default))
            {
                var tree = writer.BeginTree("vda", bytes.Length, @base.Trees[0]);
                Assert.Equal(at == -1, tree.BlocksToHeal.Count == 0);
                foreach (var block in tree.BlocksToHeal) tree.Put(block, TestVault.Block(bytes, block, vault.BlockSize));
                life.Points.Add((await writer.CommitAsync(1, default, default), bytes));
            }
            life.Store.Now += TimeSpan.FromHours(1);
            await GcTests.GcAsync(life, new());
        }
        await life.CheckAsync(0, 1, 2);
        Assert.Equal(0, life.Count("damaged/"));
        await using var after = await life.OpenAsync();
        Assert.True((await VaultVerify.PacksAsync(life.Store, null, default)).IsWhole);
    }

    [Fact]
    public async Task DamageNobodyCanHeal_StaysRecorded_GcGoesOn_AndForgettingThePointsCleans()
    {
        var life = await LifeVault.WithThreePointsAsync();
        foreach (var page in life.Store.Content.Keys.Where(k => k.StartsWith("pages/", StringComparison.Ordinal)).ToList()) Hit(life, page, 100);
        Assert.Equal(FailureCode.VaultDamaged, (await Assert.ThrowsAsync<FailureException>(() => GcTests.GcAsync(life, new()))).Failure.Code);
        await using var vault = await life.OpenAsync();
        Assert.Equal(3, (await VaultVerify.FullAsync(vault, null, default)).Points.Count);
        await GcTests.GcAsync(life, new()); // what is lost is known: the rest may be collected
        await VaultForget.ForgetAsync(vault, [.. life.Points.Select(p => p.Point)], default);
        await GcTests.GcAsync(life, new(Now: true));
        Assert.Equal((0, 0), (life.Count("pa"), life.Count("damaged/")));
        await life.CheckAsync();
    }

    [Fact]
    public async Task DamagedManifest_GcRefusesUntilItIsForgotten()
    {
        var life = await LifeVault.WithThreePointsAsync();
        var name = life.Store.Content.Keys.Single(k => k.EndsWith(life.Points[0].Point.Id.ToString(), StringComparison.Ordinal));
        Hit(life, name, 90);
        Assert.Equal(FailureCode.VaultDamaged, (await Assert.ThrowsAsync<FailureException>(() => GcTests.GcAsync(life, new()))).Failure.Code);
        await using var vault = await life.OpenAsync();
        await VaultForget.ForgetDamagedAsync(vault, (await vault.ListDamagedAsync(default))[0].Arguments["object"], default);
        await GcTests.GcAsync(life, new());
        await GcTests.GcAsync(life, new(Now: true));
        await life.CheckAsync(1, 2);
    }

    private static void Hit(LifeVault life, string name, int at)
    {
        var bytes = (byte[])life.Store[name].Clone();
        life.Store.DeleteAsync(name, default);
        if (at == int.MaxValue) return;
        bytes[at < 0 ? bytes.Length + at - 20 : at] ^= 4;
        life.Store.TryPutAsync(name, [bytes], default);
    }
}
