using Stillpoint.Model;
using Stillpoint.Vault.Life;
using Stillpoint.Vault.Packs;
using Stillpoint.Vault.Tests.Life;
using Xunit;

namespace Stillpoint.Vault.Tests.Checks;

public sealed class CheckTests
{
    /// <summary>A delta that no point has any more outlives its base, if it lies in a pack with much that lives: no damage, and no trouble for what comes.</summary>
    [Fact]
    public async Task Full_DeadDeltaWhoseBaseWasCollected_IsNoDamage()
    {
        var life = await LifeVault.CreateAsync();
        await using var vault = await life.OpenAsync();
        var random = new Random(3);
        var bytes = new byte[10 * LifeVault.BlockSize];
        random.NextBytes(bytes);
        var first = await life.PutAsync(vault, bytes, null);
        bytes = (byte[])bytes.Clone();
        bytes[5] ^= 1; // the delta
        random.NextBytes(bytes.AsSpan(LifeVault.BlockSize));
        var second = await life.PutAsync(vault, bytes, first);
        bytes = (byte[])bytes.Clone();
        random.NextBytes(bytes.AsSpan(0, LifeVault.BlockSize));
        await life.PutAsync(vault, bytes, second);
        await VaultForget.ForgetAsync(vault, [first, second], default);
        life.Store.Now += TimeSpan.FromHours(1);
        Assert.True((await GcTests.GcAsync(life, new(Now: true))).PacksDeleted > 0);
        await vault.Parts.Index.RefreshAsync(default);
        var orphans = 0;
        await IndexWalk.RunAsync(vault.Parts, vault.Parts.Index.Segments, (_, _, _, place) =>
        {
            if (place.Entry.Codec == Codec.Delta && vault.Parts.Index.FindLive(place.Entry.Base) is null) orphans++;
        }, default);
        Assert.Equal(1, orphans);
        await life.CheckAsync(2);
        Assert.Equal(0, life.Count("damaged/"));
    }

    [Fact]
    public async Task Rebuild_IndexDeleted_PointsReadAgain()
    {
        await using var test = await TestVault.CreateAsync();
        var content = TestData.Disk(3_000_000, 1);
        PointInfo point;
        await using (var vault = await test.OpenAsync()) point = await TestVault.PutAsync(vault, content);
        Directory.Delete(Path.Combine(test.Folder, "index"), recursive: true);
        await using var again = await test.OpenAsync();
        Assert.Equal(FailureCode.VaultDamaged, (await Assert.ThrowsAsync<FailureException>(() => TestVault.CopyAsync(again, point))).Failure.Code);
        var report = await IndexRebuild.RunAsync(again, null, default);
        Assert.Equal(1, report.Segments);
        Assert.Empty(report.Damaged);
        Assert.Equal(content, await TestVault.CopyAsync(again, point));
    }

    [Fact]
    public async Task Rebuild_Twice_LeavesOneSegmentAndTheSameEntries()
    {
        await using var test = await TestVault.CreateAsync();
        await using var vault = await test.OpenAsync();
        await TestVault.PutAsync(vault, TestData.Disk(1_000_000, 1));
        await TestVault.PutAsync(vault, TestData.Disk(1_000_000, 2));
        var before = await VaultStats.ReadAsync(vault, default);
        await IndexRebuild.RunAsync(vault, null, default);
        await IndexRebuild.RunAsync(vault, null, default);
        var after = await VaultStats.ReadAsync(vault, default);
        Assert.Equal((2, 1), (before.IndexSegments, after.IndexSegments));
        Assert.Equal(before.Entries, after.Entries);
        Assert.Equal(2_000_000, after.LogicalBytes);
    }

    [Fact]
    public async Task Verify_WholeVault_IsWhole()
    {
        await using var test = await TestVault.CreateAsync();
        await using var vault = await test.OpenAsync();
        await PutTwoAsync(vault);
        Assert.True((await VaultVerify.PacksAsync(test.Store, null, default)).IsWhole);
        var report = await VaultVerify.FullAsync(vault, null, default);
        Assert.Empty(report.Damage);
        Assert.Empty(report.Points);
        Assert.Equal(Packs(test).Length + 2, report.Objects); // a page pack per point
    }

    [Fact]
    public async Task Verify_ByteFlippedInAPack_NamesPackAndPoints()
    {
        await using var test = await TestVault.CreateAsync();
        await using var vault = await test.OpenAsync();
        var (p1, p2) = await PutTwoAsync(vault);
        var pack = Packs(test).OrderByDescending(f => f.Length).First();
        Flip(pack, 100);
        var quick = await VaultVerify.PacksAsync(test.Store, null, default);
        Assert.EndsWith(pack.Name, Assert.Single(quick.Damage).Arguments["object"], StringComparison.Ordinal);
        var report = await VaultVerify.FullAsync(vault, null, default);
        Assert.Contains(report.Points, p => p.Point == p1.Id && p.Tree == "vda" && p.Blocks == 1);
        Assert.Contains(report.Points, p => p.Point == p2.Id && p.Blocks >= 1);
    }

    [Fact]
    public async Task Verify_PackGone_EveryPointThatUsesItIsNamed()
    {
        await using var test = await TestVault.CreateAsync();
        await using var vault = await test.OpenAsync();
        var (p1, p2) = await PutTwoAsync(vault);
        Packs(test).OrderByDescending(f => f.Length).First().Delete();
        var report = await VaultVerify.FullAsync(vault, null, default);
        Assert.Equal([p1.Id, p2.Id], report.Points.Select(p => p.Point).Order());
        Assert.All(report.Points, p => Assert.True(p.Blocks > 10));
    }

    [Fact]
    public async Task BlocksToHeal_AfterAVerifyFoundDamage_PuttingThemHealsTheOldPointToo()
    {
        await using var test = await TestVault.CreateAsync();
        await using var vault = await test.OpenAsync();
        var content = TestData.Disk(1_000_000, 4);
        var p1 = await TestVault.PutAsync(vault, content);
        Flip(Packs(test).OrderByDescending(f => f.Length).First(), 200);
        Assert.False((await VaultVerify.FullAsync(vault, null, default)).IsWhole);

        await using (var writer = await vault.BeginPointAsync(PointId.New(TimeProvider.System), TestVault.Series, "web", p1, default))
        {
            var tree = writer.BeginTree("vda", content.Length, p1.Trees[0]);
            var block = Assert.Single(tree.BlocksToHeal);
            tree.Put(block, TestVault.Block(content, block, vault.BlockSize));
            await writer.CommitAsync(1, default, default);
        }
        Assert.Equal(content, await TestVault.CopyAsync(vault, p1));
        Assert.Empty((await VaultVerify.FullAsync(vault, null, default)).Points);
    }

    private static FileInfo[] Packs(TestVault test) => new DirectoryInfo(Path.Combine(test.Folder, "packs")).GetFiles("*", SearchOption.AllDirectories);

    private static void Flip(FileInfo file, int at)
    {
        var bytes = File.ReadAllBytes(file.FullName);
        bytes[at] ^= 0x10;
        File.WriteAllBytes(file.FullName, bytes);
    }

    private static async Task<(PointInfo, PointInfo)> PutTwoAsync(OpenVault vault)
    {
        var content = TestData.Disk(1_000_000, 1);
        var p1 = await TestVault.PutAsync(vault, content);
        new Random(9).NextBytes(content.AsSpan(500_000, 3000));
        return (p1, await TestVault.PutAsync(vault, content, p1));
    }
}
