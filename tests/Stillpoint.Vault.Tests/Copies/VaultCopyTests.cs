using Stillpoint.Model;
using Stillpoint.Vault.Stores;
using Stillpoint.Vault.Tests.Stores;
using Xunit;

namespace Stillpoint.Vault.Tests.Copies;

public sealed class VaultCopyTests
{
    private const int BlockSize = 16 * 1024;
    private readonly byte[] _first = TestData.Disk(30 * BlockSize + 100, 1);
    private readonly byte[] _second;

    public VaultCopyTests()
    {
        _second = (byte[])_first.Clone();
        new Random(2).NextBytes(_second.AsSpan(3 * BlockSize + 50, 60)); // a delta
        new Random(3).NextBytes(_second.AsSpan(7 * BlockSize, 2 * BlockSize));
    }

    [Fact]
    public async Task Copy_SourceLost_OpensWithEitherKeyAndRestoresEveryPoint()
    {
        var (source, recovery, points) = await SourceAsync();
        var target = new MemoryStore();
        var report = await CopyAsync(source, target);
        Assert.Equal((true, 0), (report.Made, report.PointsThere));
        Assert.Equal(points, report.Points);
        foreach (var secret in new VaultSecret[] { new Passphrase("p"), new RecoveryKey(recovery) })
        {
            await using var twin = await OpenVault.OpenAsync(MemoryStore.Of(target.Content), secret, TimeProvider.System, default);
            Assert.Equal(report.Vault, twin.Id);
            await AssertBothPointsAsync(twin);
            Assert.True((await VaultVerify.FullAsync(twin, null, default)).IsWhole);
        }
        await using var origin = await OpenAsync(source);
        Assert.NotEqual(origin.Id, report.Vault);
        Assert.DoesNotContain(target.Content.Keys, n => n.StartsWith("leases/", StringComparison.Ordinal) || n.StartsWith("pending/", StringComparison.Ordinal));
        Assert.DoesNotContain(source.Content.Keys, n => n.StartsWith("leases/", StringComparison.Ordinal));
        foreach (var name in source.Content.Keys.Where(IsPackOrPoint)) Assert.Equal(source[name], target[name]);
    }

    [Fact]
    public async Task Copy_Again_MovesOnlyWhatIsNew()
    {
        var (source, _, _) = await SourceAsync();
        var target = new MemoryStore();
        await CopyAsync(source, target);
        var before = target.Content.Keys.Order().ToList();
        var idle = await CopyAsync(source, target);
        Assert.Equal((false, 2, 0L, 0L), (idle.Made, idle.PointsThere, idle.Packs, idle.Bytes));
        Assert.Equal(before, target.Content.Keys.Order());

        var old = source.Content.Keys.ToHashSet();
        var third = (byte[])_second.Clone();
        new Random(4).NextBytes(third.AsSpan(20 * BlockSize, 10));
        await using (var vault = await OpenAsync(source))
            await TestVault.PutAsync(vault, third, (await vault.ListPointsAsync(null, default))[^1], [20]);
        var news = source.Content.Where(o => !old.Contains(o.Key) && IsPack(o.Key)).ToList();
        var report = await CopyAsync(source, target);
        Assert.Equal((news.Count, news.Sum(o => o.Value.Length), 1), ((int)report.Packs, (int)report.Bytes, report.Points.Count));
        await using var twin = await OpenAsync(target);
        Assert.Equal(third, await TestVault.CopyAsync(twin, (await twin.ListPointsAsync(null, default))[^1]));
        await AssertBothPointsAsync(twin);
    }

    [Fact]
    public async Task Copy_DeathAtEveryStoreCall_GoesOnWithoutMovingAPackTwice()
    {
        var (source, _, _) = await SourceAsync();
        var whole = new FaultStore(new MemoryStore(), (_, _) => null);
        await CopyAsync(source, whole);
        var packs = whole.Calls.Count(c => IsPack(c["put ".Length..]) && c.StartsWith("put ", StringComparison.Ordinal));
        Assert.True(packs >= 4, "data and pages of two points");
        for (var at = 0; at < whole.Calls.Count; at++)
        {
            var (target, n) = (new MemoryStore(), at);
            await Assert.ThrowsAnyAsync<Exception>(() => CopyAsync(MemoryStore.Of(source.Content), new FaultStore(target, (i, _) => i >= n ? new DeathException() : null)));
            var moved = target.Content.Keys.Count(IsPack);
            if (target.Content.ContainsKey("vault"))
            {
                await using var half = await OpenAsync(target);
                Assert.Empty(await half.ListDamagedAsync(default));
                foreach (var point in await half.ListPointsAsync(null, default)) Assert.Contains(await TestVault.CopyAsync(half, point), new[] { _first, _second });
            }
            target.Now += TimeSpan.FromMinutes(11);
            var report = await CopyAsync(MemoryStore.Of(source.Content), target);
            Assert.Equal(packs, moved + (int)report.Packs);
            await using var twin = await OpenAsync(target);
            await AssertBothPointsAsync(twin);
            Assert.True((await VaultVerify.FullAsync(twin, null, default)).IsWhole);
        }
    }

    [Fact]
    public async Task Copy_TargetFullAtEveryPut_SaysFullAndGoesOnLater()
    {
        var (source, _, _) = await SourceAsync();
        var whole = new FaultStore(new MemoryStore(), (_, _) => null);
        await CopyAsync(source, whole);
        for (var at = 0; at < whole.Calls.Count(c => c.StartsWith("put ", StringComparison.Ordinal)); at++)
        {
            var (target, n, left) = (new MemoryStore(), 0, at);
            var full = new FaultStore(target, (_, call) =>
                call.StartsWith("put ", StringComparison.Ordinal) && n++ >= left ? new FailureException(FailureCode.VaultFull, Stage.Store, ("path", "x"), ("free", "0")) : null);
            Assert.Equal(FailureCode.VaultFull, (await Assert.ThrowsAsync<FailureException>(() => CopyAsync(MemoryStore.Of(source.Content), full))).Failure.Code);
            await CopyAsync(MemoryStore.Of(source.Content), target);
            await using var twin = await OpenAsync(target);
            await AssertBothPointsAsync(twin);
        }
    }

    [Fact]
    public async Task Copy_DamagedPackInTheSource_LeavesThatPointOutAndSaysSo()
    {
        var (source, _, points) = await SourceAsync();
        var older = source.Content;
        // The second point's own data pack: the first point does not need it.
        var only = await NeededByFirstAsync(source, points[0]);
        var victim = older.Keys.First(n => n.StartsWith("packs/", StringComparison.Ordinal) && !only.Contains(n));
        var damaged = older.ToDictionary(o => o.Key, o => (byte[])o.Value.Clone());
        damaged[victim][100] ^= 1;
        var target = new MemoryStore();
        var report = await CopyAsync(MemoryStore.Of(damaged), target);
        Assert.Equal([points[0]], report.Points);
        Assert.Equal(victim, Assert.Single(report.Failures).Arguments["object"]);
        Assert.DoesNotContain(victim, target.Content.Keys);
        await using var twin = await OpenAsync(target);
        Assert.Equal(_first, await TestVault.CopyAsync(twin, Assert.Single(await twin.ListPointsAsync(null, default))));

        // The source was healed, or its pack brought back: the rest follows.
        Assert.Equal([points[1]], (await CopyAsync(MemoryStore.Of(older), target)).Points);
        await AssertBothPointsAsync(twin);
    }

    [Fact]
    public async Task Copy_DamagedPackInTheTwin_IsPutAnewWhenANewPointNeedsIt()
    {
        var (source, _, points) = await SourceAsync();
        var target = new MemoryStore();
        await using (var vault = await OpenAsync(source)) await VaultCopy.RunAsync(vault, target, p => p.Id == points[0], null, default);
        var content = target.Content.ToDictionary(o => o.Key, o => (byte[])o.Value.Clone());
        var victim = content.Keys.First(n => n.StartsWith("packs/", StringComparison.Ordinal));
        content[victim][100] ^= 1;
        target = MemoryStore.Of(content);
        await using (var twin = await OpenAsync(target)) Assert.False((await VaultVerify.FullAsync(twin, null, default)).IsWhole);
        await CopyAsync(source, target);
        Assert.Equal(source[victim], target[victim]);
        await using var healed = await OpenAsync(target);
        await AssertBothPointsAsync(healed);
    }

    [Fact]
    public async Task Copy_IntoAnotherVaultOrAByteCopyOfTheSource_IsRefused()
    {
        var (source, _, _) = await SourceAsync();
        var other = new MemoryStore();
        await VaultInit.CreateAsync(other, new(BlockSize, PassphraseRounds: 1), "p", TimeProvider.System, default);
        Assert.Equal(FailureCode.VaultNotACopy, (await Assert.ThrowsAsync<FailureException>(() => CopyAsync(source, other))).Failure.Code);
        Assert.Equal(FailureCode.VaultIdTwice, (await Assert.ThrowsAsync<FailureException>(() => CopyAsync(source, MemoryStore.Of(source.Content)))).Failure.Code);
        var foreign = MemoryStore.Of(new Dictionary<string, byte[]> { ["holiday.jpg"] = [1] });
        Assert.Equal(FailureCode.VaultFolderNotEmpty, (await Assert.ThrowsAsync<FailureException>(() => CopyAsync(source, foreign))).Failure.Code);
    }

    [Fact]
    public async Task Twin_BackedUpToAndKeyChanged_LivesItsOwnLifeAndIsCopiedBack()
    {
        var (source, _, _) = await SourceAsync();
        var target = new MemoryStore();
        await CopyAsync(source, target);
        await VaultKeys.ChangePassphraseAsync(target, new Passphrase("p"), "q", TimeProvider.System, default);
        await using var twin = await OpenVault.OpenAsync(target, new Passphrase("q"), TimeProvider.System, default);
        await (await OpenAsync(source)).DisposeAsync();
        var third = TestData.Disk(5 * BlockSize, 9);
        var point = await TestVault.PutAsync(twin, third);
        var back = await VaultCopy.RunAsync(twin, source, null, null, default);
        Assert.Equal((point.Id, 2), (Assert.Single(back.Points), back.PointsThere));
        await using var origin = await OpenAsync(source);
        Assert.Equal(third, await TestVault.CopyAsync(origin, await origin.FindPointAsync(point.Id.ToString(), default)));
        await AssertBothPointsAsync(origin);
    }

    private async Task AssertBothPointsAsync(OpenVault vault)
    {
        var points = await vault.ListPointsAsync(TestVault.Series, default);
        Assert.Equal(_first, await TestVault.CopyAsync(vault, points[0]));
        Assert.Equal(_second, await TestVault.CopyAsync(vault, points[1]));
    }

    private async Task<(MemoryStore Store, string Recovery, PointId[] Points)> SourceAsync()
    {
        var store = new MemoryStore();
        var made = await VaultInit.CreateAsync(store, new(BlockSize, Delta: true, PassphraseRounds: 1), "p", TimeProvider.System, default);
        await using var vault = await OpenAsync(store);
        var first = await TestVault.PutAsync(vault, _first);
        var second = await TestVault.PutAsync(vault, _second, first, [3, 7, 8]);
        return (store, made.RecoveryKey, [first.Id, second.Id]);
    }

    private static async Task<HashSet<string>> NeededByFirstAsync(MemoryStore source, PointId first)
    {
        var target = new MemoryStore();
        await using var vault = await OpenAsync(source);
        await VaultCopy.RunAsync(vault, target, p => p.Id == first, null, default);
        return [.. target.Content.Keys.Where(IsPack)];
    }

    private static async Task<CopyReport> CopyAsync(IBlobStore source, IBlobStore target)
    {
        await using var vault = await OpenAsync(source);
        return await VaultCopy.RunAsync(vault, target, null, null, default);
    }

    private static Task<OpenVault> OpenAsync(IBlobStore store) => OpenVault.OpenAsync(store, new Passphrase("p"), TimeProvider.System, default);

    private static bool IsPack(string name) => name.StartsWith("packs/", StringComparison.Ordinal) || name.StartsWith("pages/", StringComparison.Ordinal);

    private static bool IsPackOrPoint(string name) => IsPack(name) || name.StartsWith("points/", StringComparison.Ordinal);

    private sealed class DeathException : Exception;
}
