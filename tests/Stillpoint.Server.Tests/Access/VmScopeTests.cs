using Stillpoint.Cli.Tests.Hosting;
using Stillpoint.Contracts;
using Stillpoint.Control.Access;
using Stillpoint.Model;
using Stillpoint.Server.Tests.Hosting;
using Xunit;

namespace Stillpoint.Server.Tests.Access;

/// <summary>Whoever may see some VMs only: others, with their points and jobs, are not there, and no answer tells that they are.</summary>
public sealed class VmScopeTests
{
    private static readonly CancellationToken None = CancellationToken.None;

    [Theory]
    [InlineData("web*", "web1", true)]
    [InlineData("web*", "web", true)]
    [InlineData("web*", "aweb1", false)]
    [InlineData("*", "", true)]
    [InlineData("w?b", "wb", false)]
    [InlineData("w?b", "wab", true)]
    [InlineData("*a*b*c", "xxaxxbxxc", true)]
    [InlineData("*a*b*c", "xxaxxcxxb", false)]
    [InlineData("web1", "WEB1", false)]
    public void Pattern_OfAName_FitsAsWritten(string pattern, string name, bool fits) => Assert.Equal(fits, VmScope.Of([pattern]).Allows(name));

    [Fact]
    public async Task Other_VMs_AreNotThereAtAll()
    {
        await using var host = await ServiceHost.StartAsync();
        var seen = await KnownPoint.AddAsync(host.VaultFolder, KnownPoint.Disk(1));
        var hidden = await KnownPoint.AddAsync(host.VaultFolder, KnownPoint.Disk(2), new VmId(Guid.NewGuid()), "secret-db");
        var forgotten = await KnownPoint.AddAsync(host.VaultFolder, KnownPoint.Disk(3), new VmId(Guid.NewGuid()), "secret-db");
        var all = host.Client(Role.Admin);
        await all.Points.ForgetAsync(forgotten, forgotten, None);
        var job = (await all.Jobs.BackUpAsync(new("guest"), None)).Job;
        await all.EndOfAsync(job);
        var gc = (await all.Jobs.CollectAsync(new(), None)).Job;
        await all.EndOfAsync(gc);

        var (mine, others) = (host.Client(Role.Operator, "gue*"), host.Client(Role.Operator, "web*"));
        Assert.Equal([seen], (await mine.Points.ListAsync(None)).Items.Select(p => p.Id));
        Assert.Equal([job], (await mine.Jobs.ListAsync(None)).Items.Select(j => j.Id));
        Assert.Equal(["guest"], (await mine.Vms.ListAsync(None)).Select(v => v.Name));
        Assert.Empty((await others.Points.ListAsync(None)).Items);
        Assert.Empty((await others.Jobs.ListAsync(None)).Items);
        Assert.Empty(await others.Vms.ListAsync(None));
        Assert.Equal((0, 0), ((await others.Jobs.OverviewAsync(None)).Vms, (await others.Jobs.OverviewAsync(None)).Points));

        // What is hidden and what never was get the same answer.
        var never = "01arz3ndektsv4rrffq69g5fav";
        foreach (var point in new[] { hidden, forgotten })
            Assert.Equal(Bare(await FailAsync(() => mine.Points.ShowAsync(never, None)), never), Bare(await FailAsync(() => mine.Points.ShowAsync(point, None)), point));
        Assert.Equal(Bare(await FailAsync(() => mine.Jobs.ShowAsync(never, None)), never), Bare(await FailAsync(() => mine.Jobs.ShowAsync(gc, None)), gc));
        Assert.Equal(Bare(await FailAsync(() => others.Vms.ShowAsync("nobody", None)), "nobody"), Bare(await FailAsync(() => others.Vms.ShowAsync("guest", None)), "guest"));
        await Answers.FailsAsync("vm-not-found", 404, () => others.Jobs.BackUpAsync(new("guest"), None));
        await Answers.FailsAsync("job-not-found", 404, () => others.Jobs.CancelAsync(job, None));
        await Answers.FailsAsync("not-allowed", 403, () => mine.Jobs.CollectAsync(new(), None));
        await Answers.FailsAsync("vm-not-found", 404, () => mine.Jobs.RestoreAsync(new(seen, NewVm: new("web9", host.Folder["restored"])), None));
        Assert.Equal("completed", (await mine.Jobs.ShowAsync(job, None)).Job.State);
    }

    [Fact]
    public async Task Restore_OverWhatLiesThere_IsNotForWhoeverSeesSomeVmsOnly()
    {
        await using var host = await ServiceHost.StartAsync();
        var point = await KnownPoint.AddAsync(host.VaultFolder, KnownPoint.Disk(1));
        RestoreRequest Over(bool overwrite) => new(point, Disks: [new("vda", host.Folder["restored", "db.raw"], "raw", overwrite)]);
        var mine = host.Client(Role.Operator, "gue*");
        await Answers.FailsAsync("not-allowed", 403, () => mine.Jobs.RestoreAsync(Over(true), None));
        Assert.Empty(host.Engine.Restores);
        await mine.EndOfAsync((await mine.Jobs.RestoreAsync(Over(false), None)).Job);
        var all = host.Client(Role.Operator);
        await all.EndOfAsync((await all.Jobs.RestoreAsync(Over(true), None)).Job);
        Assert.Equal(2, host.Engine.Restores.Count);
    }

    private static async Task<Problem> FailAsync(Func<Task> call) => (await Assert.ThrowsAsync<ProblemException>(call)).Problem;

    private static string Bare(Problem problem, string asked) => $"{problem.Status} {problem.Code} {problem.Title} {problem.Evidence.Count}".Replace(asked, "ASKED", StringComparison.Ordinal);
}
