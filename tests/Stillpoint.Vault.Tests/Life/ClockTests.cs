using Stillpoint.Model;
using Stillpoint.Vault.Leases;
using Xunit;

namespace Stillpoint.Vault.Tests.Life;

/// <summary>The store's clock jumps: forward, nothing is taken early; back, nobody is held up for ever.</summary>
public sealed class ClockTests
{
    [Fact]
    public async Task Forward_ForgottenPointIsHeldUntilTimeWasSeenToPass_NowTakesIt()
    {
        var life = await ForgottenAsync();
        var id = life.Points[0].Point.Id.ToString();
        life.Store.Now += TimeSpan.FromDays(400);
        foreach (var dry in new[] { true, false })
        {
            var report = await GcTests.GcAsync(life, new(DryRun: dry));
            Assert.Empty(report.PointsTaken);
            Assert.Equal([id], report.PointsHeld);
        }
        // A week of the jump counted; six days more of nightly runs are not yet two weeks.
        for (var day = 0; day < 6; day++)
        {
            life.Store.Now += TimeSpan.FromDays(1);
            Assert.Equal([id], (await GcTests.GcAsync(life, new())).PointsHeld);
        }
        var copy = life.Copy();
        Assert.Equal([id], (await GcTests.GcAsync(copy, new(Now: true))).PointsTaken);
        life.Store.Now += TimeSpan.FromDays(1);
        Assert.Equal([id], (await GcTests.GcAsync(life, new())).PointsTaken);
        await life.CheckAsync(1, 2);
        await GcTests.GcAsync(life, new());
        Assert.Equal(0, life.Count("seen/"));
    }

    [Fact]
    public async Task NightlyRunsAndNothingElse_TakeItAfterFourteenDays()
    {
        var life = await ForgottenAsync();
        for (var day = 1; day < 14; day++)
        {
            life.Store.Now += TimeSpan.FromDays(1);
            var report = await GcTests.GcAsync(life, new());
            Assert.Equal((0, 0), (report.PointsTaken.Count, report.PointsHeld.Count));
        }
        life.Store.Now += TimeSpan.FromDays(1);
        Assert.Single((await GcTests.GcAsync(life, new())).PointsTaken);
        await life.CheckAsync(1, 2);
    }

    [Fact]
    public async Task WeeklyBackups_CountInFull()
    {
        var life = await ForgottenAsync();
        await using var vault = await life.OpenAsync();
        life.Store.Now += TimeSpan.FromDays(7) - TimeSpan.FromHours(1);
        await life.PutAsync(vault, life.Points[2].Bytes, life.Points[2].Point);
        life.Store.Now += TimeSpan.FromDays(7);
        Assert.Single((await GcTests.GcAsync(life, new())).PointsTaken);
        await life.CheckAsync(1, 2, 3);
    }

    [Fact]
    public async Task Back_ForgottenInTheFuture_IsKept()
    {
        var life = await ForgottenAsync();
        life.Store.Now -= TimeSpan.FromDays(100);
        var report = await GcTests.GcAsync(life, new());
        Assert.Equal((0, 0), (report.PointsTaken.Count, report.PointsHeld.Count));
        await using var vault = await life.OpenAsync();
        await VaultForget.UnforgetAsync(vault, life.Points[0].Point, default);
        await life.CheckAsync(0, 1, 2);
    }

    [Fact]
    public async Task Back_LeaseOfADeadWriterInTheFuture_HoldsUpNobody()
    {
        var life = await LifeVault.WithThreePointsAsync();
        await using var vault = await life.OpenAsync();
        await using var writer = await vault.BeginPointAsync(PointId.New(TimeProvider.System), TestVault.Series, "web", null, default); // never renewed again
        life.Store.Now -= TimeSpan.FromDays(100);
        Assert.Equal(LeaseState.Expired, Assert.Single(await vault.ListLeasesAsync(default)).State);
        await IndexRebuild.RunAsync(vault, null, default);
        Assert.False((await GcTests.GcAsync(life, new(Now: true))).Unfinished);
        Assert.Equal(FailureCode.VaultLeaseLost, (await Assert.ThrowsAsync<FailureException>(() => writer.CommitAsync(1, default, default))).Failure.Code);
        await life.CheckAsync(0, 1, 2);
    }

    /// <summary>A backup that runs while the clock is set back goes on: its next renewal is by the new time.</summary>
    [Fact]
    public async Task Back_WriterAtWork_Commits()
    {
        var life = await LifeVault.WithThreePointsAsync();
        await using var vault = await life.OpenAsync();
        life.Store.Now -= TimeSpan.FromDays(100);
        await life.PutAsync(vault, life.Points[0].Bytes, null);
        await using var writer = await vault.BeginPointAsync(PointId.New(TimeProvider.System), TestVault.Series, "web", null, default);
        writer.BeginTree("vda", 10, null).Put(0, "0123456789"u8);
        life.Store.Now -= TimeSpan.FromDays(1);
        life.Points.Add((await writer.CommitAsync(1, default, default), "0123456789"u8.ToArray()));
        await life.CheckAsync(0, 1, 2, 3, 4);
    }

    private static async Task<LifeVault> ForgottenAsync()
    {
        var life = await LifeVault.WithThreePointsAsync();
        await using var vault = await life.OpenAsync();
        await VaultForget.ForgetAsync(vault, [life.Points[0].Point], default);
        return life;
    }
}
