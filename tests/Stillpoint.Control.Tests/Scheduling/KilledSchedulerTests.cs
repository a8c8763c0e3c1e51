using System.Diagnostics;
using Stillpoint.Control.Scheduling;
using Stillpoint.Model;
using Xunit;

namespace Stillpoint.Control.Tests.Scheduling;

/// <summary>A scheduler in a process of its own is killed with SIGKILL at each of its steps; the next one neither repeats nor forgets.</summary>
public sealed class KilledSchedulerTests : IDisposable
{
    private readonly SchedulerHost _host = new();

    public void Dispose() => _host.Dispose();

    [Fact]
    public void Steps_OfARun_EachHaveACase() => Assert.Equal(
        ["Claimed", "Running", "Committed"], Enum.GetNames<SchedulerStep>());

    [Fact]
    public async Task Killed_AfterTheClaimAndBeforeTheJob_TheStartIsAnybodysAgain()
    {
        await KillAtAsync(SchedulerStep.Claimed);
        Assert.Empty(_host.Control.Jobs.List(null, 9));
        await _host.RunDueAsync();
        Assert.Equal(JobState.Completed, Assert.Single(_host.Runs).State);
        await MustStayAsync(jobs: 1);
    }

    [Fact]
    public async Task Killed_WhileTheBackupRuns_ItIsTriedAgainOnce()
    {
        await KillAtAsync(SchedulerStep.Running);
        await _host.RunDueAsync();
        Assert.Equal((JobState.Failed, FailureCode.JobOwnerGone), (_host.Control.Jobs.List(null, 9).Single().State, _host.Control.Jobs.List(null, 9).Single().Failure!.Code));
        Assert.Empty(_host.Runs);
        _host.Clock.Advance(TimeSpan.FromMinutes(15));
        await _host.RunDueAsync();
        Assert.Equal(JobState.Completed, Assert.Single(_host.Runs).State);
        await MustStayAsync(jobs: 2);
    }

    [Fact]
    public async Task Killed_AfterThePointWasCommitted_ItIsNotTakenTwice()
    {
        await KillAtAsync(SchedulerStep.Committed);
        await _host.RunDueAsync();
        var job = _host.Control.Jobs.List(null, 9).Single();
        Assert.Equal((JobState.CompletedWithWarnings, true), (job.State, job.Point is not null));
        Assert.Equal(FailureCode.JobOwnerGone, _host.Control.Jobs.Find(job.Id.ToString()).Warnings.Single().Code);
        await MustStayAsync(jobs: 1);
    }

    private async Task MustStayAsync(int jobs)
    {
        _host.Clock.Advance(TimeSpan.FromMinutes(20));
        await _host.RunDueAsync();
        Assert.Equal(jobs, _host.Control.Jobs.List(null, 9).Count);
    }

    private async Task KillAtAsync(SchedulerStep step)
    {
        await _host.ProtectAsync(1);
        _host.Clock.Advance(SchedulerHost.IntoTheWindow);
        using var child = Process.Start(new ProcessStartInfo(
            Environment.ProcessPath!, [SchedulerChild.Word, _host.Temp["data"], step.ToString(), $"{_host.Clock.GetUtcNow().ToUnixTimeMilliseconds()}"]) { RedirectStandardOutput = true })!;
        try
        {
            Assert.Equal(step.ToString(), await child.StandardOutput.ReadLineAsync());
        }
        finally
        {
            child.Kill();
            await child.WaitForExitAsync();
        }
    }
}
