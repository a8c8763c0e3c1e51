using System.Globalization;
using Stillpoint.Control.Catalog;
using Stillpoint.Control.Jobs;
using Stillpoint.Control.Saving;
using Stillpoint.Control.Tests.Fakes;
using Stillpoint.Model;
using Xunit;

namespace Stillpoint.Control.Tests.Saving;

public sealed class CatalogSaverTests
{
    [Fact]
    public async Task Save_AfterABackup_ShowsTheJobAsEndedAndIsGoneAfterwards()
    {
        using var scene = await SavedScene.CreateAsync();
        var (seen, mode) = (new List<string>(), default(UnixFileMode));
        scene.Engine.SaveCatalog = (file, _, _) =>
        {
            (seen, mode) = (SavedScene.RowsOf(file), File.GetUnixFileMode(file));
            return Task.CompletedTask;
        };
        using var control = scene.Control();
        var outcome = await scene.BackUpAsync(control);
        Assert.Contains(seen, r => r.StartsWith($"job: {outcome.Job}|backup|completed|", StringComparison.Ordinal));
        Assert.Contains(seen, r => r.StartsWith("point:", StringComparison.Ordinal));
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, mode);
        Assert.False(File.Exists(scene.Data().CatalogCopy));
        Assert.Equal(0, scene.Engine.OpenCaptures);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Save_Fails_IsAWarningAndNeverTheJobsFailure(bool expected)
    {
        using var scene = await SavedScene.CreateAsync();
        scene.Engine.SaveCatalog = (_, _, _) =>
            throw (expected ? new FailureException(Failure.Of(FailureCode.VaultFull, Stage.Store).With(new("/v", "no space"))) : new InvalidOperationException("a bug"));
        using var control = scene.Control();
        var outcome = await scene.BackUpAsync(control);
        var code = expected ? FailureCode.CatalogNotSaved : FailureCode.InternalError;
        Assert.Equal((JobState.CompletedWithWarnings, null, code), (outcome.State, outcome.Failure, outcome.Warnings.Single().Code));
        var kept = control.Jobs.Find(outcome.Job.ToString());
        Assert.Equal((JobState.CompletedWithWarnings, code), (kept.Job.State, kept.Warnings.Single().Code));
        if (expected) Assert.Equal(["no space", "vault-full"], outcome.Warnings[0].Evidence.Select(e => e.Text));
        Assert.False(File.Exists(scene.Data().CatalogCopy));
        Assert.Equal(0, scene.Engine.OpenCaptures);
    }

    [Fact]
    public async Task Save_DoesNotComeBack_IsGivenUp()
    {
        using var scene = await SavedScene.CreateAsync();
        using var cancel = new CancellationTokenSource();
        using var database = CatalogDatabase.Open(scene.Data(), TimeProvider.System);
        var saver = new CatalogSaver(database, scene.Data(), TimeProvider.System);
        var warning = await saver.SaveByWorkerAsync("/v", (_, ct) =>
        {
            cancel.Cancel();
            return Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System, ct);
        }, cancel.Token);
        Assert.Equal((FailureCode.CatalogNotSaved, "cancelled"), (warning!.Code, warning.Evidence.Single().Text));
        Assert.False(File.Exists(scene.Data().CatalogCopy));
    }

    [Fact]
    public async Task Save_BesideAnother_WaitsForIt()
    {
        using var scene = await SavedScene.CreateAsync();
        using var database = CatalogDatabase.Open(scene.Data(), TimeProvider.System);
        var saver = new CatalogSaver(database, scene.Data(), TimeProvider.System);
        var order = new List<string>();
        Task<Failure?>? second = null;
        await saver.SaveByWorkerAsync("/v", async (_, _) =>
        {
            second = saver.SaveByWorkerAsync("/v", (_, _) => Told("second"), default);
            await Told("first");
        }, default);
        Assert.Null(await second!);
        Assert.Equal(["first", "second"], order);

        Task Told(string what)
        {
            lock (order) order.Add(what);
            return Task.CompletedTask;
        }
    }

    [Fact]
    public async Task Copy_LeftByOneThatWasKilled_IsMadeAnew()
    {
        using var scene = await SavedScene.CreateAsync();
        using var database = CatalogDatabase.Open(scene.Data(), scene.Clock);
        await File.WriteAllTextAsync(scene.Data().CatalogCopy, "half of one");
        using var copy = await CatalogCopy.MakeAsync(database, scene.Data(), scene.Clock, default);
        Assert.Equal(SavedScene.RowsOf(scene.Data().Catalog), SavedScene.RowsOf(copy.Path));
    }

    [Fact]
    public async Task Copy_OfManyJobs_HoldsTheNewestWithWhatBelongsToThem()
    {
        using var scene = await SavedScene.CreateAsync();
        using var database = CatalogDatabase.Open(scene.Data(), scene.Clock);
        var (jobs, facts) = (new JobTable(database), new JobFactTable(database));
        var ids = new List<string>();
        database.InTransaction(() =>
        {
            for (var i = 0; i < 1003; i++)
            {
                var id = JobId.New(scene.Clock);
                ids.Add(id.ToString());
                jobs.Add(new(id, JobKind.Backup, JobState.Running, null, "v", "h", "/v", null, SavedScene.Now.AddSeconds(i), null, 0, 0, null, "l", 1));
                jobs.AddWarning(id, Failure.Of(FailureCode.TpmNotCaptured, Stage.Reconcile));
                jobs.SubTaskStarted(id, SubTask.TakeSnapshot, SavedScene.Now);
            }
        });
        foreach (var id in jobs.List(null, 2000)) facts.Add(id.Id, [new("a.b", "c", "d", SavedScene.Now)]);
        using var copy = await CatalogCopy.MakeAsync(database, scene.Data(), scene.Clock, default);
        var expected = SavedScene.RowsOf(scene.Data().Catalog).Where(r => !ids.Take(3).Any(old => r.Contains(old, StringComparison.Ordinal)));
        Assert.Equal(expected, SavedScene.RowsOf(copy.Path));
        // Too large all the same: fewer, and again the newest.
        var half = new FileInfo(copy.Path).Length / 2;
        CatalogCopy.Trim(copy.Path, 1000, half);
        Assert.InRange(new FileInfo(copy.Path).Length, 1, half);
        var left = SavedScene.RowsOf(copy.Path).Where(r => r.StartsWith("job:", StringComparison.Ordinal)).Select(r => r.Split(' ')[1].Split('|')[0]).ToHashSet();
        Assert.InRange(left.Count, 1, 500);
        Assert.Equal(ids.TakeLast(left.Count).Order(), left.Order());
    }
}
