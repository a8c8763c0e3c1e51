using Stillpoint.Control.Catalog;
using Stillpoint.Control.Saving;
using Stillpoint.Control.Tests.Fakes;
using Stillpoint.Model;
using Stillpoint.Vault;
using Stillpoint.Vault.Stores;
using Xunit;

namespace Stillpoint.Control.Tests.Saving;

public sealed class HostRecoveryTests
{
    [Fact]
    public async Task Recover_DataFolderLost_EveryRowIsBack()
    {
        using var scene = await SavedScene.CreateAsync();
        using (var control = scene.Control())
        {
            control.Places.DefaultVault = scene.VaultPath;
            control.Policies.Add(new("nightly"));
            Assert.Equal(JobState.Completed, (await scene.BackUpAsync(control)).State);
            scene.Engine.Capture = (o, events, _) =>
            {
                var warning = Failure.Of(FailureCode.TpmNotCaptured, Stage.Reconcile);
                events.Publish(new SubTaskStarted(o.Job, SavedScene.Now, SubTask.TakeSnapshot));
                events.Publish(new WarningRaised(o.Job, SavedScene.Now, warning));
                return Task.FromResult(FakeEngine.Result(o, warning) with { Vault = scene.Vault });
            };
            Assert.Equal(JobState.CompletedWithWarnings, (await scene.BackUpAsync(control)).State);
        }
        var rows = SavedScene.RowsOf(scene.Data().Catalog);
        foreach (var table in new[] { "job", "sub_task", "warning", "policy", "setting" }) Assert.Contains(rows, r => r.StartsWith(table + ":", StringComparison.Ordinal));
        Directory.Delete(scene.Data().Path, recursive: true);
        var recovered = await scene.RecoverAsync("data");
        Assert.Equal(("host-a", 2, 0), (recovered.Catalog!.Host, recovered.Jobs, recovered.PointsSince));
        Assert.Equal(["catalog.db", "locks"], Directory.EnumerateFileSystemEntries(scene.Data().Path).Select(Path.GetFileName).Order());
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(scene.Data().Catalog));
        Assert.Equal(rows, SavedScene.RowsOf(scene.Data().Catalog));
    }

    [Fact]
    public async Task Recover_ThenBackUp_GoesOnAsTheSameOwner()
    {
        using var scene = await SavedScene.CreateAsync();
        using (var control = scene.Control()) await scene.BackUpAsync(control);
        await scene.RecoverAsync("new");
        using (var control = scene.Control("new")) Assert.Equal(JobState.Completed, (await scene.BackUpAsync(control)).State);
        Assert.Equal(2, (await scene.RecoverAsync("newer")).Jobs);
        await using var vault = await scene.OpenAsync();
        Assert.Single((await VaultSaved.ListAsync(vault, default)).Select(c => c.Owner).Distinct());
    }

    [Fact]
    public async Task Recover_PointsMadeSince_AreKnownAndCounted()
    {
        using var scene = await SavedScene.CreateAsync();
        using (var control = scene.Control()) await scene.BackUpAsync(control);
        await scene.AddPointAsync();
        var recovered = await scene.RecoverAsync("new");
        Assert.Equal((1, 1, 1), (recovered.Jobs, recovered.Points, recovered.PointsSince));
        Assert.Equal(2, SavedScene.RowsOf(scene.Data("new").Catalog).Count(r => r.StartsWith("point:", StringComparison.Ordinal)));
    }

    [Fact]
    public async Task Recover_JobThatRanElsewhereWhenItWasSaved_EndsAsWhatItIs()
    {
        using var scene = await SavedScene.CreateAsync();
        using (var control = scene.Control())
        {
            var other = JobId.New(scene.Clock);
            control.Jobs.Add(new(other, JobKind.Backup, JobState.Running, null, "db1", "qemu:///system", "/v", null, SavedScene.Now, null, 0, 0, null, "vm-db1", 1));
            await scene.BackUpAsync(control);
        }
        await scene.RecoverAsync("new");
        using var again = scene.Control("new");
        var job = again.Jobs.List("db1", 1).Single();
        Assert.Equal((JobState.Failed, FailureCode.JobOwnerGone), (job.State, job.Failure!.Code));
    }

    [Fact]
    public async Task Recover_NothingSaved_StillMakesAWorkingFolder()
    {
        using var scene = await SavedScene.CreateAsync();
        await scene.AddPointAsync();
        var recovered = await scene.RecoverAsync("new");
        Assert.Equal((null, 0, 1, 1), (recovered.Catalog, recovered.Jobs, recovered.Points, recovered.PointsSince));
        using var control = scene.Control("new");
        Assert.Equal(scene.VaultPath, control.Places.DefaultVault);
        Assert.Equal(JobState.Completed, (await scene.BackUpAsync(control)).State);
    }

    [Fact]
    public async Task Recover_NewestDamaged_TakesTheOneBeforeAndSaysSo()
    {
        using var scene = await SavedScene.CreateAsync();
        using (var control = scene.Control())
            for (var i = 0; i < 3; i++) await scene.BackUpAsync(control);
        var copies = await CopiesAsync(scene);
        Damage(scene, copies[0]);
        var recovered = await scene.RecoverAsync("new");
        Assert.Equal((copies[1].Saved, 2), (recovered.Catalog!.At, recovered.Jobs));
        Assert.Equal([copies[0].Name], recovered.Damaged.Select(d => d.Arguments["object"]));
        foreach (var copy in copies.Skip(1)) Damage(scene, copy);
        var none = await scene.RecoverAsync("newer");
        Assert.Equal((null, 3), (none.Catalog, none.Damaged.Count));
    }

    [Fact]
    public async Task Recover_NewestIsNoDatabase_TakesTheOneBefore()
    {
        using var scene = await SavedScene.CreateAsync();
        using (var control = scene.Control()) await scene.BackUpAsync(control);
        var owner = (await CopiesAsync(scene))[0].Owner;
        await using (var vault = await scene.OpenAsync()) await VaultSaved.PutAsync(vault, owner, "host-a", new byte[5000], default);
        var recovered = await scene.RecoverAsync("new");
        Assert.Equal((1, 1), (recovered.Jobs, recovered.Damaged.Count));
    }

    [Fact]
    public async Task Recover_CatalogOfALaterVersion_IsRefusedAndLeavesNothing()
    {
        using var scene = await SavedScene.CreateAsync();
        using (var control = scene.Control()) await scene.BackUpAsync(control);
        using (var database = CatalogDatabase.Open(scene.Data(), scene.Clock)) database.Execute("insert into migration (name, applied) values ('29990101-0000-later', 0)");
        var owner = (await CopiesAsync(scene))[0].Owner;
        await using (var vault = await scene.OpenAsync()) await VaultSaved.PutAsync(vault, owner, "host-a", await File.ReadAllBytesAsync(scene.Data().Catalog), default);
        Assert.Equal(FailureCode.CatalogNewer, (await Assert.ThrowsAsync<FailureException>(() => scene.RecoverAsync("new"))).Failure.Code);
        Assert.Equal(["locks"], Directory.EnumerateFileSystemEntries(scene.Data("new").Path).Select(Path.GetFileName));
    }

    [Fact]
    public async Task Recover_FolderThatHoldsSomething_IsRefusedAndNamesIt()
    {
        using var scene = await SavedScene.CreateAsync();
        Directory.CreateDirectory(scene.Data("new").Path);
        File.WriteAllText(Path.Combine(scene.Data("new").Path, "precious"), "x");
        var e = await Assert.ThrowsAsync<FailureException>(() => scene.RecoverAsync("new"));
        Assert.Equal((FailureCode.DataFolderNotEmpty, "precious"), (e.Failure.Code, e.Failure.Evidence.Single().Text));
        Assert.Equal(["precious"], Directory.EnumerateFileSystemEntries(scene.Data("new").Path).Select(Path.GetFileName));
    }

    [Fact]
    public async Task Recover_AfterOneThatWasKilled_BeginsAnew()
    {
        using var scene = await SavedScene.CreateAsync();
        using (var control = scene.Control()) await scene.BackUpAsync(control);
        var left = new DataFolder(Path.Combine(scene.Data("new").Path, "recovering"));
        scene.Data("new").Ensure();
        left.Ensure();
        await File.WriteAllTextAsync(left.Catalog, "half of one");
        Assert.Equal(1, (await scene.RecoverAsync("new")).Jobs);
    }

    [Fact]
    public async Task Recover_SeveralOwners_AreListedAndOneIsChosen()
    {
        using var scene = await SavedScene.CreateAsync();
        using (var control = scene.Control("one")) await scene.BackUpAsync(control);
        using (var control = scene.Control("two"))
            for (var i = 0; i < 2; i++) await scene.BackUpAsync(control);
        var owners = (await CopiesAsync(scene)).GroupBy(c => c.Owner).ToDictionary(g => g.Count(), g => g.Key.ToString("D"));
        var e = await Assert.ThrowsAsync<FailureException>(() => scene.RecoverAsync("new"));
        Assert.Equal((FailureCode.SavedCatalogAmbiguous, "2"), (e.Failure.Code, e.Failure.Arguments["count"]));
        Assert.Equal(owners.Values.Order(), e.Failure.Evidence.Select(x => x.Source).Order());
        Assert.All(e.Failure.Evidence, x => Assert.StartsWith("host-a 20", x.Text, StringComparison.Ordinal));
        var unknown = await Assert.ThrowsAsync<FailureException>(() => scene.RecoverAsync("new", "zzzz"));
        Assert.Equal((FailureCode.SavedCatalogNotFound, 2), (unknown.Failure.Code, unknown.Failure.Evidence.Count));
        Assert.False(Directory.Exists(scene.Data("new").Path));
        Assert.Equal(2, (await scene.RecoverAsync("new", owners[2])).Jobs);
        Assert.Equal(1, (await scene.RecoverAsync("newer", owners[1][..20])).Jobs);
    }

    private static async Task<IReadOnlyList<SavedCopy>> CopiesAsync(SavedScene scene)
    {
        await using var vault = await scene.OpenAsync();
        return await VaultSaved.ListAsync(vault, default);
    }

    private static void Damage(SavedScene scene, SavedCopy copy)
    {
        var path = Path.Combine(new FolderStore(scene.VaultPath).Folder, copy.Name);
        File.WriteAllBytes(path, [.. File.ReadAllBytes(path).Reverse()]);
    }
}
