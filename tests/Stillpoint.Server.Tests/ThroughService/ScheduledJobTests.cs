using System.Globalization;
using Stillpoint.Contracts;
using Stillpoint.Control.Access;
using Stillpoint.Control.Tests.Fakes;
using Stillpoint.Engine.Capture;
using Stillpoint.Model;
using Stillpoint.Server.Tests.Hosting;
using Stillpoint.TestKit;
using Xunit;

namespace Stillpoint.Server.Tests.ThroughService;

/// <summary>What the service starts by its schedules, and <c>run-due</c> beside it, by the real program.</summary>
public sealed class ScheduledJobTests
{
    private static readonly CancellationToken None = CancellationToken.None;
    private static readonly PlanSettings NoCare = new(2, 4, 8, null, null, 60);

    /// <summary>A service with one VM whose window has come and gone without a run.</summary>
    private static async Task<ServiceHost> WithOneDueAsync(bool schedule)
    {
        var host = await ServiceHost.StartAsync(h => h.Options = h.Options with { Schedule = schedule });
        await host.Client().Plan.SetAsync(NoCare, None);
        var cli = CliProcess.Of(host);
        var hour = host.Clock.GetUtcNow().AddHours(2).Hour.ToString("00", CultureInfo.InvariantCulture);
        (await cli.JsonAsync("policy", "add", "daily", "--schedule", $"daily {hour}:00-{hour}:30 UTC", "--retries", "3", "--retry-after", "1")).Must();
        (await cli.JsonAsync("vm", "protect", "guest", "--policy", "daily")).Must();
        host.Clock.Advance(TimeSpan.FromHours(3));
        return host;
    }

    [Fact]
    public async Task RunDue_BesideAService_HasItDoTheWorkAndTellsItAsBesideNone()
    {
        await using var host = await WithOneDueAsync(schedule: false);
        var cli = CliProcess.Of(host);
        var done = (await cli.JsonAsync("run-due")).Must().Json;
        Assert.Equal(["runs", "hostsOutOfReach", "care", "failures"], done.EnumerateObject().Select(p => p.Name));
        var run = Assert.Single(done.GetProperty("runs").EnumerateArray().ToArray());
        var order = Assert.Single(host.Engine.Backups);
        Assert.Equal(
            ("guest", FakeHost.Vm.ToString(), "catch-up", "completed", order.Job.ToString()),
            (run.GetProperty("vm").GetString(), run.GetProperty("vmId").GetString(), run.GetProperty("kind").GetString(), run.GetProperty("state").GetString(), run.GetProperty("job").GetString()));
        Assert.NotNull(run.GetProperty("point").GetString());
        var again = (await cli.RunAsync("run-due")).Must();
        Assert.Contains("Nothing was due.", again.Out, StringComparison.Ordinal);
        Assert.DoesNotContain("by itself", again.Error, StringComparison.Ordinal);

        host.Clock.Advance(TimeSpan.FromHours(24));
        host.Engine.Capture = (_, _, _) => throw new FailureException(FailureCode.VaultFull, Stage.Store, ("path", "/v"));
        var failed = await cli.RunAsync("run-due");
        Assert.Equal(1, failed.ExitCode);
        Assert.Contains("guest: backup started (catching up)", failed.Error, StringComparison.Ordinal);
        Assert.Contains("vault", failed.Error, StringComparison.Ordinal);
        (await cli.JsonAsync("run-due", "--vault", host.Folder["other"])).MustFail(2, "service-elsewhere");
        Assert.Contains((await host.Client().Access.AuditAsync(None, who: "local")).Items, a => a is { Action: "runDue", Via: "socket", Outcome: 200 });
    }

    [Fact]
    public async Task RunDue_WhereTheServiceFollowsSchedules_SaysSoAndDoesNotFail()
    {
        await using var host = await ServiceHost.StartAsync(h => h.Options = h.Options with { Schedule = true });
        var end = (await CliProcess.Of(host).RunAsync("run-due")).Must();
        Assert.Contains("starts by itself what is due", end.Error, StringComparison.Ordinal);
        Assert.DoesNotContain("by itself", (await CliProcess.Of(host).RunAsync("run-due", "--quiet")).Must().Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task RunDue_Interrupted_EndsItsJobsCleanly()
    {
        await using var host = await WithOneDueAsync(schedule: false);
        var (began, undone) = (new TaskCompletionSource(), false);
        host.Engine.Capture = async (_, _, ct) =>
        {
            began.SetResult();
            try
            {
                await Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System, ct);
            }
            finally
            {
                undone = true;
            }
            throw new InvalidOperationException();
        };
        var (process, output, error) = CliProcess.Of(host).Start("run-due", "--json");
        using (process)
        {
            await began.Task;
            await Tool.RunAsync("kill", "-INT", $"{process.Id}");
            await process.WaitForExitAsync();
            new CliEnd(process.ExitCode, await output, await error).MustFail(130, "cancelled");
        }
        Assert.True(undone);
        Assert.Equal("cancelled", Assert.Single((await host.Client().Jobs.ListAsync(None)).Items).State);
    }

    [Fact]
    public async Task Stop_OfTheServiceDuringARun_CancelsItsJobs()
    {
        await using var host = await WithOneDueAsync(schedule: false);
        var began = new TaskCompletionSource();
        host.Engine.Capture = async (_, _, ct) =>
        {
            began.SetResult();
            await Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System, ct);
            throw new InvalidOperationException();
        };
        var running = CliProcess.Of(host).JsonAsync("run-due");
        await began.Task;
        await host.RestartAsync();
        await running;
        Assert.Equal("cancelled", Assert.Single((await host.Client().Jobs.ListAsync(None)).Items).State);
    }

    [Theory]
    [InlineData("queued")]
    [InlineData("waiting")]
    [InlineData("snapshot")]
    [InlineData("transfer")]
    public async Task Cancel_OfAScheduledJob_EndsThatOneInEachOfItsStages(string stage)
    {
        await using var host = await WithOneDueAsync(schedule: true);
        var began = new TaskCompletionSource<string>();
        host.Engine.Capture = async (o, events, ct) =>
        {
            var at = host.Clock.GetUtcNow();
            if (stage == "waiting") events.Publish(new WaitingForGuest(o.Job, at, Failure.Of(FailureCode.GuestUnderLoad, Stage.Preflight, ("vm", "guest")), TimeSpan.FromMinutes(5)));
            if (stage is "snapshot" or "transfer") events.Publish(new SubTaskStarted(o.Job, at, SubTask.TakeSnapshot));
            if (stage is "transfer")
            {
                events.Publish(new SubTaskFinished(o.Job, at, SubTask.TakeSnapshot, null));
                events.Publish(new SubTaskStarted(o.Job, at, SubTask.TransferDataToVault));
            }
            began.TrySetResult(o.Job.ToString());
            await Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System, ct);
            throw new InvalidOperationException();
        };
        // A change wakes the scheduler, which finds what is due by then.
        await host.Client().Plan.SetAsync(NoCare with { PerHost = 3 }, None);
        var job = await began.Task;
        await Answers.FailsAsync("not-allowed", 403, () => host.Client(Role.Reader).Jobs.CancelAsync(job, None));
        await Answers.FailsAsync("job-not-found", 404, () => host.Client(Role.Operator, "web*").Jobs.CancelAsync(job, None));
        Assert.Equal(job, (await CliProcess.Of(host).JsonAsync("job", "cancel", job)).Must().Json.GetProperty("job").GetString());
        var client = host.Client();
        Assert.Equal(("cancelled", "cancelled"), await client.EndOfAsync(job) is var ended ? (ended.Job.State, ended.Job.Failure!.Code) : default);
        (await CliProcess.Of(host).JsonAsync("job", "cancel", job)).MustFail(1, "job-not-running");
        // The scheduler goes on, and leaves this window alone.
        Assert.DoesNotContain((await client.Plan.PlanAsync(None, hours: 1)).Starts, s => s.Kind is "retry" or "catch-up");
        Assert.Single(host.Engine.Backups);
    }
}
