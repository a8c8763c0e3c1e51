using Stillpoint.Control.Catalog;
using Stillpoint.Control.Jobs;
using Stillpoint.Doctor;
using Stillpoint.Model;
using Stillpoint.TestKit;
using Xunit;

namespace Stillpoint.Control.Tests;

/// <summary>A failed or stepped-down job, as the doctor gets it.</summary>
public sealed class JobFactsTests
{
    private static readonly DateTimeOffset At = new(2026, 11, 20, 2, 0, 0, TimeSpan.Zero);

    [Fact]
    public void Facts_OfAStepDown_NameItsCauseWithTheEvidence()
    {
        var warning = Failure.Of(FailureCode.FsFreezeLockHeld, Stage.Freeze).With(new("guest-fsfreeze-status", "frozen", At));
        var facts = JobFacts.Of([new("guest.fsfreeze", "frozen", "guest-fsfreeze-status", At)], null, [warning], At);
        var cause = Assert.Single(Diagnostician.Default.Diagnose(facts).Causes);
        Assert.Equal("fs-freeze-lock-held", cause.Id);
        Assert.Contains("reason.code = fs-freeze-lock-held", cause.Evidence.Select(q => q.Text));
    }

    [Fact]
    public void Evidence_OfAFailedPreflight_BecomesFactsAgain()
    {
        var failure = Failure.Of(FailureCode.VmPausedByHost, Stage.Preflight, ("vm", "web1"))
            .With(new("virDomainGetState", "domain.paused-by-io-error = true", At)).With(new("libvirt", "one\ntwo", At));
        var facts = JobFacts.Of([], failure, [], At);
        Assert.Contains(new Fact("domain.paused-by-io-error", "true", "virDomainGetState", At), facts);
        Assert.Contains(new Fact("failure.argument:vm", "web1", "job", At), facts);
        Assert.Contains(new Fact("line.host", "two", "libvirt:2", At), facts);
    }

    [Fact]
    public void Facts_OfScripts_SayHowEachEndedAndWhatAFailedOneSaid()
    {
        ScriptRun failed = new(ScriptPhase.PreFreeze, "10-db", 3, 1, "no login\n");
        var facts = JobFacts.Of([.. JobFacts.Of([failed, new(ScriptPhase.PostFreeze, "10-db", 0, 1, "")], At)], null, [failed.ToFailure("web1")], At);
        Assert.Equal([("guest.script:pre-freeze/10-db", "3"), ("guest.script:post-freeze/10-db", "0")], facts.Take(2).Select(f => (f.Name, f.Value)));
        Assert.Contains(facts, f => f.Value == "no login" && f.Source == "10-db:1");
        Assert.True(JobFacts.Wanted(null, [failed.ToFailure("web1")]));
    }

    [Theory]
    [InlineData(FailureCode.SnapshotTimedOut, "sched-concurrent")]
    [InlineData(FailureCode.VaultFull, "store-target-full")]
    public void Facts_OfAJobThatWaitedLongForItsTurn_NameTheCrowdOnlyWhereTimeRanOut(FailureCode code, string cause)
    {
        var facts = JobFacts.Of([.. JobFacts.OfTurn(6, At.AddMinutes(-11), At)], Failure.Of(code, Stage.Freeze), [], At);
        Assert.Contains(new Fact("job.queue-wait-seconds", "660", "plan", At), facts);
        Assert.Equal(cause, Diagnostician.Default.Diagnose(facts).Causes[0].Id);
    }

    [Fact]
    public void Turn_BeforeTheEndOfItsWindow_WaitedForNobody()
    {
        Assert.Equal("0", JobFacts.OfTurn(1, At.AddHours(1), At).Single(f => f.Name == "job.queue-wait-seconds").Value);
        Assert.DoesNotContain(JobFacts.OfTurn(1, null, At), f => f.Name == "job.queue-wait-seconds");
    }

    [Theory]
    [InlineData(FailureCode.Cancelled, false)]
    [InlineData(FailureCode.VaultFull, true)]
    public void Wanted_OfFailures_IsAllButACancel(FailureCode code, bool wanted) =>
        Assert.Equal(wanted, JobFacts.Wanted(Failure.Of(code, Stage.Store), []));

    [Fact]
    public void Wanted_OfWarnings_IsOnlyWhatLoweredThePoint()
    {
        Assert.True(JobFacts.Wanted(null, [Failure.Of(FailureCode.AgentNotConnected, Stage.Freeze)]));
        Assert.False(JobFacts.Wanted(null, [Failure.Of(FailureCode.NotFrozenByPolicy, Stage.Freeze), Failure.Of(FailureCode.DiskExcluded, Stage.Reconcile)]));
    }

    [Fact]
    public void Facts_KeptWithAJob_ComeBackAsTheyWere()
    {
        using var temp = new TempFolder();
        using var database = CatalogDatabase.Open(new(temp.Path), TimeProvider.System);
        var job = new JobRecord(JobId.New(TimeProvider.System), JobKind.Backup, JobState.Running, null, "web1", "", "/v", null, At, null, 0, 0, null, "x", 1);
        new JobTable(database).Add(job);
        Fact[] facts = [new("a.b", "1", "there", At), new("line.host", "text\u4e2d", "libvirt:2", default)];
        new JobFactTable(database).Add(job.Id, facts);
        Assert.Equal(facts, new JobFactTable(database).Of(job.Id));
        Assert.Empty(new JobFactTable(database).Of(JobId.New(TimeProvider.System)));
    }
}
