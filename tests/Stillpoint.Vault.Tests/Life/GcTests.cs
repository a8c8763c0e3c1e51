using Stillpoint.Model;
using Stillpoint.Vault.Stores;
using Xunit;

namespace Stillpoint.Vault.Tests.Life;

public sealed class GcTests
{
    [Fact]
    public async Task Gc_NothingForgotten_DeletesNoPackAndEveryPointReads()
    {
        var life = await LifeVault.WithThreePointsAsync();
        var before = life.Store.Content.Keys.Where(k => k.StartsWith("pa", StringComparison.Ordinal)).Order().ToList();
        var report = await GcAsync(life, new());
        Assert.Equal((0L, 0L, false), (report.PacksDeleted, report.BytesRepacked, report.Unfinished));
        Assert.Equal(before, life.Store.Content.Keys.Where(k => k.StartsWith("pa", StringComparison.Ordinal)).Order());
        await life.CheckAsync(0, 1, 2);
    }

    [Fact]
    public async Task Forget_ThenGcBeforeFourteenDays_KeepsThePoint_UnforgetBringsItBack()
    {
        var life = await LifeVault.WithThreePointsAsync();
        await using var vault = await life.OpenAsync();
        await VaultForget.ForgetAsync(vault, [life.Points[1].Point], default);
        await life.CheckAsync(0, 2);
        life.Store.Now += TimeSpan.FromDays(14) - TimeSpan.FromSeconds(1);
        Assert.Empty((await GcAsync(life, new())).PointsTaken);
        var forgotten = Assert.Single(await vault.ListForgottenAsync(default));
        Assert.Equal(life.Points[1].Point.Id, forgotten.Point.Id);
        Assert.Equal(FailureCode.PointForgotten, (await Assert.ThrowsAsync<FailureException>(() => vault.FindPointAsync(forgotten.Point.Id.ToString(), default))).Failure.Code);
        await VaultForget.UnforgetAsync(vault, forgotten.Point, default);
        await life.CheckAsync(0, 1, 2);
    }

    [Fact]
    public async Task Gc_AfterFourteenDays_TakesThePointAndFreesWhatOnlyItHad()
    {
        var life = await LifeVault.WithThreePointsAsync();
        await using var vault = await life.OpenAsync();
        await VaultForget.ForgetAsync(vault, [life.Points[0].Point, life.Points[1].Point], default);
        life.Store.Now += TimeSpan.FromDays(7);
        Assert.Empty((await GcAsync(life, new())).PointsTaken); // and sees this time
        life.Store.Now += TimeSpan.FromDays(7);
        var before = life.Bytes("pa");
        var report = await GcAsync(life, new());
        Assert.Equal(2, report.PointsTaken.Count);
        await life.CheckAsync(2);
        Assert.Equal((0, 0), (life.Count("forgotten/"), life.Count("condemned/")));
        Assert.Equal(1, life.Count("points/"));
        Assert.True(life.Bytes("pa") < before);
        Assert.Equal(before - life.Bytes("pa"), report.BytesFreed - report.BytesRepacked);
        var again = await GcAsync(life, new());
        Assert.Equal((0L, 0L), (again.PacksDeleted, again.BytesRepacked));
    }

    [Fact]
    public async Task Gc_Now_AllForgotten_LeavesNoPackNoSegment()
    {
        var life = await LifeVault.WithThreePointsAsync();
        await using var vault = await life.OpenAsync();
        await VaultForget.ForgetAsync(vault, [.. life.Points.Select(p => p.Point)], default);
        var dry = await GcAsync(life, new(Now: true, DryRun: true));
        Assert.Equal(3, life.Count("points/"));
        var report = await GcAsync(life, new(Now: true));
        Assert.Equal((dry.PacksDeleted, dry.BytesFreed), (report.PacksDeleted, report.BytesFreed));
        Assert.Equal((0, 0, 0, 0, 0), (life.Count("pa"), life.Count("index/"), life.Count("points/"), life.Count("forgotten/"), life.Count("leases/")));
        await using var after = await life.OpenAsync();
        await life.PutAsync(after, life.Points[0].Bytes, null);
        await life.CheckAsync(3);
    }

    [Fact]
    public async Task Gc_ManySmallPoints_MergesSegmentsAndPacks()
    {
        var life = await LifeVault.CreateAsync();
        await using var vault = await life.OpenAsync();
        PointInfo? last = null;
        var bytes = new byte[20 * LifeVault.BlockSize];
        for (var i = 0; i < 12; i++)
        {
            bytes = (byte[])bytes.Clone();
            new Random(i).NextBytes(bytes.AsSpan(i * LifeVault.BlockSize, LifeVault.BlockSize));
            last = await life.PutAsync(vault, bytes, last);
        }
        Assert.Equal((24, 12), (life.Count("pa"), life.Count("index/")));
        var report = await GcAsync(life, new());
        Assert.Equal((2, 1), (life.Count("pa"), life.Count("index/")));
        Assert.Equal((12, 1), (report.SegmentsBefore, report.SegmentsAfter));
        await life.CheckAsync([.. Enumerable.Range(0, 12)]);
    }

    [Fact]
    public async Task Gc_OrphanedPacksAndPendingOfADeadWriter_AreTaken()
    {
        var life = await LifeVault.WithThreePointsAsync();
        var whole = life.Count("pa");
        var faulty = new Stores.FaultStore(life.Store, (_, call) => call.StartsWith("put points/", StringComparison.Ordinal) || call.StartsWith("delete ", StringComparison.Ordinal)
            ? new InvalidOperationException("died") : null);
        await using (var vault = await life.OpenAsync(faulty))
            await Assert.ThrowsAsync<InvalidOperationException>(() => TestVault.PutAsync(vault, TestData.Disk(10 * LifeVault.BlockSize, 3)));
        Assert.True(life.Count("pa") > whole);
        Assert.Equal((1, 1), (life.Count("pending/"), life.Count("leases/")));
        life.Store.Now += TimeSpan.FromMinutes(11); // its lease has expired
        Assert.Equal(1, (await GcAsync(life, new())).LeasesRemoved);
        Assert.Equal((0, 0, whole), (life.Count("pending/"), life.Count("leases/"), life.Count("pa")));
        await life.CheckAsync(0, 1, 2);
    }

    [Fact]
    public async Task Gc_SegmentMissing_RefusesAndDeletesNothing()
    {
        // Each in turn, since their names are random: one knows the bases of the others' deltas.
        var three = await LifeVault.WithThreePointsAsync();
        foreach (var segment in three.Store.Content.Keys.Where(k => k.StartsWith("index/", StringComparison.Ordinal)).ToList())
            await WithoutAsync(three.Copy(), segment);
    }

    private static async Task WithoutAsync(LifeVault life, string segment)
    {
        await life.Store.DeleteAsync(segment, default);
        var packs = life.Count("pa");
        Assert.Equal(FailureCode.VaultDamaged, (await Assert.ThrowsAsync<FailureException>(() => GcAsync(life, new()))).Failure.Code);
        await using (var vault = await life.OpenAsync()) await VaultVerify.FullAsync(vault, null, default);
        life.Store.Now += TimeSpan.FromDays(30);
        try
        {
            await GcAsync(life, new());
        }
        catch (FailureException e) when (e.Failure.Code == FailureCode.VaultDamaged)
        {
        }
        Assert.Equal(packs, life.Count("pa"));
        await using (var vault = await life.OpenAsync()) await IndexRebuild.RunAsync(vault, null, default);
        await GcAsync(life, new());
        await life.CheckAsync(0, 1, 2);
    }

    [Fact]
    public async Task TwoCollections_TheSecondIsBusy()
    {
        var life = await LifeVault.WithThreePointsAsync();
        await GcAsync(life, new()
        {
            OnStep = async step =>
            {
                if (step == GcStep.Marked) Assert.Equal(FailureCode.VaultBusy, (await Assert.ThrowsAsync<FailureException>(() => GcAsync(life, new()))).Failure.Code);
            },
        });
    }

    [Fact]
    public async Task Gc_TellsItsPhasesAndCountsThemToTheEnd()
    {
        var life = await LifeVault.WithThreePointsAsync();
        await using (var vault = await life.OpenAsync()) await VaultForget.ForgetAsync(vault, [life.Points[0].Point, life.Points[1].Point], default);
        var told = new List<GcProgress>();
        var report = await GcAsync(life, new(Now: true) { Progress = told.Add });
        Assert.Equal(new(GcPhase.Marking, 0, 1), told[0]);
        Assert.Equal(new(GcPhase.Marking, 1, 1), told[1]);
        foreach (var phase in new[] { GcPhase.Deleting, GcPhase.Repacking })
        {
            var counted = told.Where(t => t.Phase == phase).ToList();
            Assert.NotEmpty(counted);
            Assert.All(counted, t => Assert.InRange(t.Done, 1, t.Total));
        }
        // Each round deletes all it names.
        Assert.Equal(report.PacksDeleted, told.Count(t => t.Phase == GcPhase.Deleting));
        Assert.All(told.Where(t => t is { Phase: GcPhase.Repacking, Done: 1 }), t => Assert.Contains(new(GcPhase.Repacking, t.Total, t.Total), told));
    }

    internal static async Task<GcReport> GcAsync(LifeVault life, GcOptions options, IBlobStore? store = null)
    {
        await using var vault = await life.OpenAsync(store);
        return await VaultGc.RunAsync(vault, options with { PollEvery = TimeSpan.Zero }, default);
    }
}
