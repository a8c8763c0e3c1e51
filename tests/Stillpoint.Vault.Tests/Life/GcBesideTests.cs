using Stillpoint.Model;
using Stillpoint.Vault.Leases;
using Xunit;

namespace Stillpoint.Vault.Tests.Life;

/// <summary>Writers and readers at work while garbage is collected, at each of its steps.</summary>
public sealed class GcBesideTests
{
    /// <summary>Every step but Waiting, which needs a writer to wait for.</summary>
    public static TheoryData<string> Steps => [.. Enum.GetNames<GcStep>().Where(s => s != nameof(GcStep.Waiting))];

    [Theory]
    [MemberData(nameof(Steps))]
    public async Task BackupOfForgottenContent_WholeAtAnyStep_IsWholeAfterwards(string at)
    {
        var life = await ReadyAsync();
        var step = Enum.Parse<GcStep>(at);
        await RunAsync(life, step, async vault => life.Points.Add((await TestVault.PutAsync(vault, life.Points[0].Bytes), life.Points[0].Bytes)));
        await life.CheckAsync(2, 3);
        await GcTests.GcAsync(life, new());
        await life.CheckAsync(2, 3);
    }

    [Theory]
    [MemberData(nameof(Steps))]
    public async Task WriterThatBeganBefore_PutsAtAnyStep_CommitsWhenWaitedForOrLater(string at)
    {
        var life = await ReadyAsync();
        var step = Enum.Parse<GcStep>(at);
        await using var vault = await life.OpenAsync();
        var bytes = life.Points[0].Bytes;
        var writer = await vault.BeginPointAsync(PointId.New(TimeProvider.System), TestVault.Series, "web", null, default);
        var tree = writer.BeginTree("vda", bytes.Length, null);
        var (put, committed) = (false, false);
        async Task CommitAsync()
        {
            if (!put) Put(tree, bytes, vault.BlockSize);
            if (committed) return;
            (put, committed) = (true, true);
            life.Points.Add((await writer.CommitAsync(1, default, default), bytes));
            await writer.DisposeAsync();
        }
        await GcTests.GcAsync(life, new(Now: true)
        {
            OnStep = async s =>
            {
                if (s == step && !put)
                {
                    Put(tree, bytes, vault.BlockSize);
                    put = true;
                }
                if (s == GcStep.Waiting) await CommitAsync(); // it would be waited for as long as it works
            },
        });
        await CommitAsync();
        await life.CheckAsync(2, 3);
        await GcTests.GcAsync(life, new());
        await life.CheckAsync(2, 3);
    }

    [Theory]
    [MemberData(nameof(Steps))]
    public async Task ReaderOpenedBefore_ReadsOnAtAnyStep(string at)
    {
        var life = await ReadyAsync();
        await using var vault = await life.OpenAsync();
        await using var reader = await vault.OpenTreeAsync(life.Points[2].Point, "vda", default);
        var step = Enum.Parse<GcStep>(at);
        var read = 0;
        await GcTests.GcAsync(life, new(Now: true)
        {
            OnStep = async s =>
            {
                if (s != step) return;
                read++;
                var target = new MemoryTarget(reader.SizeBytes);
                await reader.CopyToAsync(target, null, default);
                Assert.Equal(life.Points[2].Bytes, target.Bytes);
            },
        });
        Assert.True(read > 0);
        var bytes = new byte[reader.SizeBytes];
        await reader.ReadAsync(0, bytes, default);
        Assert.Equal(life.Points[2].Bytes, bytes);
    }

    [Fact]
    public async Task PointBeingRestored_ForgottenAndCollectedNow_IsKeptUntilTheRestoreEnds()
    {
        var life = await LifeVault.WithThreePointsAsync();
        await using var vault = await life.OpenAsync();
        await using (var reader = await vault.OpenTreeAsync(life.Points[0].Point, "vda", default))
        {
            await VaultForget.ForgetAsync(vault, [life.Points[0].Point], default);
            var report = await GcTests.GcAsync(life, new(Now: true));
            Assert.Equal([life.Points[0].Point.Id.ToString()], report.PointsInUse);
            var target = new MemoryTarget(reader.SizeBytes);
            await reader.CopyToAsync(target, null, default);
            Assert.Equal(life.Points[0].Bytes, target.Bytes);
        }
        Assert.Single((await GcTests.GcAsync(life, new(Now: true))).PointsTaken);
        await life.CheckAsync(1, 2);
    }

    [Fact]
    public async Task BaseForgottenAndCollectedWhileItsSuccessorIsWritten_SuccessorIsWhole()
    {
        var life = await LifeVault.WithThreePointsAsync();
        await using var vault = await life.OpenAsync();
        var @base = life.Points[1].Point;
        await using (var writer = await vault.BeginPointAsync(PointId.New(TimeProvider.System), TestVault.Series, "web", @base, default))
        {
            var tree = writer.BeginTree("vda", life.Points[1].Bytes.Length, @base.Trees[0]);
            await VaultForget.ForgetAsync(vault, [.. life.Points.Select(p => p.Point)], default);
            var report = await GcTests.GcAsync(life, new(Now: true, MaxTime: TimeSpan.Zero));
            Assert.Equal([@base.Id.ToString()], report.PointsInUse);
            tree.Put(3, TestVault.Block(life.Points[2].Bytes, 15, vault.BlockSize));
            var bytes = (byte[])life.Points[1].Bytes.Clone();
            TestVault.Block(life.Points[2].Bytes, 15, vault.BlockSize).CopyTo(bytes.AsSpan(3 * vault.BlockSize));
            life.Points.Add((await writer.CommitAsync(1, default, default), bytes));
        }
        await GcTests.GcAsync(life, new(Now: true));
        await life.CheckAsync(3);
        Assert.Equal(
            FailureCode.PointNotFound, (await Assert.ThrowsAsync<FailureException>(() => vault.BeginPointAsync(PointId.New(TimeProvider.System), TestVault.Series, "web", @base, default))).Failure.Code);
    }

    [Fact]
    public async Task WriterStalledPastItsLease_IsNotWaitedForAndCannotCommit()
    {
        var life = await ReadyAsync();
        await using var vault = await life.OpenAsync();
        await using var writer = await vault.BeginPointAsync(PointId.New(TimeProvider.System), TestVault.Series, "web", null, default);
        Put(writer.BeginTree("vda", life.Points[0].Bytes.Length, null), life.Points[0].Bytes, vault.BlockSize);
        life.Store.Now += TimeSpan.FromMinutes(11);
        Assert.False((await GcTests.GcAsync(life, new(Now: true))).Unfinished);
        life.Store.Now -= TimeSpan.FromMinutes(11); // the clock jumps back: the lease would look young again
        Assert.Equal(FailureCode.VaultLeaseLost, (await Assert.ThrowsAsync<FailureException>(() => writer.CommitAsync(1, default, default))).Failure.Code);
        await life.CheckAsync(2);
    }

    [Fact]
    public async Task WriterStalledBetweenItsLastLookAndThePut_IsFenced()
    {
        var life = await ReadyAsync();
        var stalled = false;
        var store = new Stores.FaultStore(life.Store, (_, call) =>
        {
            if (!call.StartsWith("put points/", StringComparison.Ordinal) || stalled) return null;
            stalled = true;
            life.Store.Now += TimeSpan.FromMinutes(11);
            GcTests.GcAsync(life, new(Now: true)).GetAwaiter().GetResult(); // pending is there, its lease has expired
            return null;
        });
        await using (var vault = await life.OpenAsync(store))
        {
            await using var writer = await vault.BeginPointAsync(PointId.New(TimeProvider.System), TestVault.Series, "web", null, default);
            Put(writer.BeginTree("vda", life.Points[0].Bytes.Length, null), life.Points[0].Bytes, vault.BlockSize);
            Assert.Equal(FailureCode.VaultLeaseLost, (await Assert.ThrowsAsync<FailureException>(() => writer.CommitAsync(1, default, default))).Failure.Code);
        }
        Assert.True(stalled);
        Assert.Equal((1, 0), (life.Count("points/"), life.Count("pending/")));
        await GcTests.GcAsync(life, new(Now: true));
        await life.CheckAsync(2);
    }

    [Fact]
    public async Task Unforget_WhileCollecting_IsBusy()
    {
        var life = await LifeVault.WithThreePointsAsync();
        await using var vault = await life.OpenAsync();
        await VaultForget.ForgetAsync(vault, [life.Points[0].Point], default);
        await GcTests.GcAsync(life, new()
        {
            OnStep = async step =>
            {
                if (step == GcStep.Marked)
                    Assert.Equal(FailureCode.VaultBusy, (await Assert.ThrowsAsync<FailureException>(() => VaultForget.UnforgetAsync(vault, life.Points[0].Point, default))).Failure.Code);
            },
        });
    }

    [Fact]
    public async Task MaxTime_WriterAtWork_LeavesTheRestToTheNextRun()
    {
        var life = await ReadyAsync();
        await using var vault = await life.OpenAsync();
        await using (await vault.BeginPointAsync(PointId.New(TimeProvider.System), TestVault.Series, "web", null, default))
        {
            var report = await GcTests.GcAsync(life, new(Now: true, MaxTime: TimeSpan.Zero));
            Assert.Equal((true, 0L), (report.Unfinished, report.PacksDeleted));
            Assert.True(life.Count("condemned/") > 0);
            Assert.Contains(await vault.ListLeasesAsync(default), l => l.Kind == LeaseKind.Writer);
        }
        Assert.True((await GcTests.GcAsync(life, new())).PacksDeleted > 0);
        Assert.Equal(0, life.Count("condemned/"));
        await life.CheckAsync(2);
    }

    private static async Task<LifeVault> ReadyAsync()
    {
        var life = await LifeVault.WithThreePointsAsync();
        await using var vault = await life.OpenAsync();
        await VaultForget.ForgetAsync(vault, [life.Points[0].Point, life.Points[1].Point], default);
        life.Store.Now += TimeSpan.FromHours(1);
        return life;
    }

    private static async Task RunAsync(LifeVault life, GcStep at, Func<OpenVault, Task> beside)
    {
        var done = false;
        await using var vault = await life.OpenAsync();
        await GcTests.GcAsync(life, new(Now: true)
        {
            OnStep = async step =>
            {
                if (step != at || done) return;
                done = true;
                await beside(vault);
            },
        });
        Assert.True(done, $"the collection never came to {at}");
    }

    private static void Put(ITreeWriter tree, byte[] bytes, int blockSize)
    {
        foreach (var b in TestVault.Blocks(tree.BlockCount)) tree.Put(b, TestVault.Block(bytes, b, blockSize));
    }
}
