using Stillpoint.Model;
using Stillpoint.Vault.Tests.Life;
using Stillpoint.Vault.Tests.Stores;
using Xunit;

namespace Stillpoint.Vault.Tests.Beside;

/// <summary>Those who sleep past their lease in one certain call, and what another one must not lose by it.</summary>
public sealed class SleeperTests
{
    /// <summary>Given up by a collection, a copy must not say that its point is there; and the next copy brings it although its id was fenced.</summary>
    [Theory]
    [InlineData("put points/")]
    [InlineData("put pending/")]
    public async Task CopyGivenUpByACollection_SaysSo_AndTheNextCopyBringsThePoint(string sleeps)
    {
        var life = await LifeVault.WithThreePointsAsync();
        var copy = new MemoryStore { Now = life.Store.Now };
        await using var vault = await life.OpenAsync();
        await VaultCopy.RunAsync(vault, copy, p => p.Id == life.Points[0].Point.Id, null, default);
        var sign = new StopSign(0, call => call.StartsWith(sleeps, StringComparison.Ordinal));
        var running = Task.Run(() => VaultCopy.RunAsync(vault, new StoppingStore(copy, sign), p => p.Id != life.Points[1].Point.Id, null, default));
        await sign.Reached;
        copy.Now += TimeSpan.FromMinutes(11);
        await using (var twin = await life.OpenAsync(copy)) await VaultGc.RunAsync(twin, new(), default);
        sign.Wake();
        Assert.Equal(FailureCode.VaultLeaseLost, (await Assert.ThrowsAsync<FailureException>(() => running)).Failure.Code);
        await using var after = await life.OpenAsync(copy);
        Assert.Single(await after.ListPointsAsync(null, default));
        await VaultCopy.RunAsync(vault, copy, null, null, default);
        foreach (var (point, bytes) in life.Points) Assert.Equal(bytes, await TestVault.CopyAsync(after, point));
        await VaultGc.RunAsync(after, new(), default);
        Assert.Equal(3, (await after.ListPointsAsync(null, default)).Count);
        Assert.True((await VaultVerify.FullAsync(after, null, default)).IsWhole);
    }

    /// <summary>A collection falls asleep while it takes a point; somebody brings the point back. Either it is back for good, or it was told to be gone.</summary>
    [Theory]
    [InlineData("put fences/", true)]
    [InlineData("delete points/", false)]
    [InlineData("delete forgotten/", false)]
    [InlineData("delete fences/", false)]
    public async Task CollectionAsleepWhileItTakesAPoint_BringBack_KeepsItsWord(string sleeps, bool comesBack)
    {
        var life = await LifeVault.WithThreePointsAsync();
        await using var vault = await life.OpenAsync();
        await VaultForget.ForgetAsync(vault, [life.Points[0].Point], default);
        var sign = new StopSign(0, call => call.StartsWith(sleeps, StringComparison.Ordinal));
        var running = Task.Run(() => GcTests.GcAsync(life, new(Now: true), new StoppingStore(life.Store, sign)));
        await sign.Reached;
        life.Store.Now += TimeSpan.FromMinutes(11);
        var back = await CodeAsync(() => VaultForget.UnforgetAsync(vault, life.Points[0].Point, default));
        Assert.Equal(comesBack ? null : FailureCode.PointNotFound, back);
        sign.Wake();
        Assert.Equal(FailureCode.VaultLeaseLost, await CodeAsync(() => running));
        await GcTests.GcAsync(life, new(Now: true));
        await life.CheckAsync(comesBack ? [0, 1, 2] : [1, 2]);
        Assert.Equal((0, 0), (life.Count("fences/"), life.Count("forgotten/")));
    }

    [Fact]
    public async Task BringBackAsleep_PointCollectedMeanwhile_IsToldToBeGone()
    {
        var life = await LifeVault.WithThreePointsAsync();
        var sign = new StopSign(0, call => call.StartsWith("delete forgotten/", StringComparison.Ordinal));
        await using var vault = await life.OpenAsync(new StoppingStore(life.Store, sign));
        await VaultForget.ForgetAsync(vault, [life.Points[0].Point], default);
        var running = Task.Run(() => VaultForget.UnforgetAsync(vault, life.Points[0].Point, default));
        await sign.Reached;
        life.Store.Now += TimeSpan.FromMinutes(11);
        Assert.Single((await GcTests.GcAsync(life, new(Now: true))).PointsTaken);
        sign.Wake();
        Assert.Equal(FailureCode.PointNotFound, await CodeAsync(() => running));
        await GcTests.GcAsync(life, new(Now: true));
        await life.CheckAsync(1, 2);
        Assert.Equal(0, life.Count("forgotten/"));
    }

    private static async Task<FailureCode?> CodeAsync(Func<Task> work)
    {
        try
        {
            await work();
            return null;
        }
        catch (FailureException e)
        {
            return e.Failure.Code;
        }
    }
}
