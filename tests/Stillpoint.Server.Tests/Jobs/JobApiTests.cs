using Stillpoint.Cli.Tests.Hosting;
using Stillpoint.Contracts;
using Stillpoint.Control.Access;
using Stillpoint.Control.Tests.Fakes;
using Stillpoint.Engine.Capture;
using Stillpoint.Engine.Restore;
using Stillpoint.Model;
using Stillpoint.Server.Tests.Hosting;
using Xunit;

namespace Stillpoint.Server.Tests.Jobs;

public sealed class JobApiTests
{
    private static readonly CancellationToken None = CancellationToken.None;

    [Fact]
    public async Task Backup_WithEveryChoice_OrdersJustThat()
    {
        await using var host = await ServiceHost.StartAsync();
        var client = host.Client(Role.Operator);
        var started = await client.Jobs.BackUpAsync(
            new("guest", "crash", Strict: true, FreezeLimitSeconds: 3, Guard: "warden-alone", Tracking: "none", Full: true, ExcludedDisks: ["vdb"], SampleShare: 0.5), None);
        var end = await client.EndOfAsync(started.Job);
        Assert.Equal(("backup", "completed", "guest"), (end.Job.Kind, end.Job.State, end.Job.Vm));
        var order = Assert.Single(host.Engine.Backups);
        Assert.Equal((started.Job, true, null), (order.Job.ToString(), order.FullRead, order.BeforeRelease));
        Assert.Equal(["vdb"], order.ExcludedDisks);
        Assert.Equal(
            CapturePolicy.Default with
            {
                Wanted = Consistency.Crash, StepDown = false, FreezeLimit = TimeSpan.FromSeconds(3), Guard = GuardRule.WardenAlone, Tracking = Tracking.None, SampleShare = 0.5,
            }, order.Policy);
    }

    [Fact]
    public async Task Backup_SentTwiceWithOneKey_IsOneJob()
    {
        await using var host = await ServiceHost.StartAsync();
        var client = host.Client(Role.Operator);
        var first = await client.Jobs.BackUpAsync(new("guest"), None, "k1");
        await client.EndOfAsync(first.Job);
        Assert.Equal(first.Job, (await client.Jobs.BackUpAsync(new("guest"), None, "k1")).Job);
        Assert.Single(host.Engine.Backups);
        await Answers.FailsAsync("request-key-reused", 422, () => client.Jobs.BackUpAsync(new("guest", Full: true), None, "k1"));
        // Another caller's key is another key.
        Assert.NotEqual(first.Job, (await host.Client(Role.Operator).Jobs.BackUpAsync(new("guest", Full: true), None, "k1")).Job);
    }

    [Fact]
    public async Task Backup_ThatBeganNothing_LeavesItsKeyFree()
    {
        await using var host = await ServiceHost.StartAsync();
        var client = host.Client(Role.Operator);
        var hold = new TaskCompletionSource();
        host.Engine.Capture = async (o, _, ct) =>
        {
            await hold.Task.WaitAsync(ct);
            return FakeEngine.Result(o);
        };
        var first = (await client.Jobs.BackUpAsync(new("guest"), None)).Job;
        var busy = await Answers.FailsAsync("vm-backup-running", 409, () => client.Jobs.BackUpAsync(new("guest"), None, "k2"));
        Assert.Equal((first, true), (busy.Job, busy.Retryable));
        hold.SetResult();
        await client.EndOfAsync(first);
        Assert.Equal("completed", (await client.EndOfAsync((await client.Jobs.BackUpAsync(new("guest"), None, "k2")).Job)).Job.State);
    }

    [Fact]
    public async Task Events_OfAJob_TellItFromBeginToEnd()
    {
        await using var host = await ServiceHost.StartAsync();
        var client = host.Client(Role.Reader);
        var go = new TaskCompletionSource();
        host.Engine.Capture = async (o, events, ct) =>
        {
            await go.Task.WaitAsync(ct);
            events.Publish(new SubTaskStarted(o.Job, DateTimeOffset.UnixEpoch, SubTask.TakeSnapshot));
            events.Publish(new Progressed(o.Job, DateTimeOffset.UnixEpoch, SubTask.TakeSnapshot, 7, 9, 3));
            events.Publish(new WarningRaised(o.Job, DateTimeOffset.UnixEpoch, Failure.Of(FailureCode.TpmNotCaptured, Stage.Reconcile)));
            events.Publish(new SubTaskFinished(o.Job, DateTimeOffset.UnixEpoch, SubTask.TakeSnapshot, null));
            return FakeEngine.Result(o);
        };
        var job = (await host.Client(Role.Operator).Jobs.BackUpAsync(new("guest"), None)).Job;
        var kinds = new List<string>();
        await foreach (var notice in client.Jobs.FollowAsync(job, None))
        {
            kinds.Add(notice.Kind);
            if (notice.Kind == "began") go.SetResult();
            if (notice.Kind == "progress") Assert.Equal((7L, 9L, 3L), (notice.DoneBytes, notice.TotalBytes, notice.StoredBytes));
            if (notice.Kind == "warning") Assert.Equal("tpm-not-captured", notice.Failure!.Code);
        }
        Assert.Equal(["began", "sub-task-started", "progress", "warning", "sub-task-finished", "ended"], kinds);
        // Asked after its end, it is told at once, without what nobody keeps.
        kinds.Clear();
        await foreach (var notice in client.Jobs.FollowAsync(job, None)) kinds.Add(notice.Kind);
        Assert.Equal(["began", "sub-task-started", "sub-task-finished", "ended"], kinds);
    }

    [Fact]
    public async Task Cancel_OfARunningJob_EndsItAndOfAnEndedOneSaysSo()
    {
        await using var host = await ServiceHost.StartAsync();
        var client = host.Client(Role.Operator);
        host.Engine.Capture = async (_, _, ct) =>
        {
            await Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System, ct);
            throw new InvalidOperationException();
        };
        var job = (await client.Jobs.BackUpAsync(new("guest"), None)).Job;
        await client.Jobs.CancelAsync(job, None);
        Assert.Equal("cancelled", (await client.EndOfAsync(job)).Job.State);
        await Answers.FailsAsync("job-not-running", 409, () => client.Jobs.CancelAsync(job, None));
    }

    [Fact]
    public async Task Jobs_BeyondTheLimit_AreRefusedUntilOneEnds()
    {
        await using var host = await ServiceHost.StartAsync(h => h.Options = h.Options with { JobsAtOnce = 1 });
        var client = host.Client(Role.Admin);
        host.Engine.Capture = async (_, _, ct) =>
        {
            await Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System, ct);
            throw new InvalidOperationException();
        };
        var job = (await client.Jobs.BackUpAsync(new("guest"), None)).Job;
        await Answers.FailsAsync("too-many-jobs", 429, () => client.Jobs.VerifyAsync(new(), None));
        await client.Jobs.CancelAsync(job, None);
        await client.EndOfAsync(job);
        Assert.Equal("completed", (await client.EndOfAsync((await client.Jobs.VerifyAsync(new(), None)).Job)).Job.State);
    }

    [Fact]
    public async Task List_ByPagesAndFilters_IsEveryJobOnceNewestFirst()
    {
        await using var host = await ServiceHost.StartAsync();
        var client = host.Client(Role.Operator);
        var made = new List<string>();
        for (var i = 0; i < 5; i++)
        {
            made.Insert(0, (await client.Jobs.BackUpAsync(new("guest"), None)).Job);
            await client.EndOfAsync(made[0]);
        }
        var told = new List<string>();
        string? after = null;
        do
        {
            var page = await client.Jobs.ListAsync(None, vm: "guest", kind: "backup", state: "completed", after: after, limit: 2);
            told.AddRange(page.Items.Select(j => j.Id));
            after = page.Next;
        }
        while (after is not null);
        Assert.Equal(made.Order(StringComparer.Ordinal).Reverse(), told);
        Assert.Empty((await client.Jobs.ListAsync(None, state: "failed")).Items);
        Assert.Empty((await client.Jobs.ListAsync(None, vm: "other")).Items);
        Assert.Empty((await client.Jobs.ListAsync(None, since: host.Clock.GetUtcNow().AddHours(1))).Items);
        var wrong = await Answers.FailsAsync("request-invalid", 400, () => client.Jobs.ListAsync(None, kind: "bakcup"));
        Assert.Equal(("kind", "backup, restore, retention, gc, verify, copy, repair"), (wrong.Arguments["field"], wrong.Arguments["expected"]));
    }

    [Fact]
    public async Task Failure_OfAJob_HasCodeStageWordsAndADiagnosis()
    {
        await using var host = await ServiceHost.StartAsync();
        host.Engine.Capture = (_, _, _) => throw new FailureException(
            Failure.Of(FailureCode.AgentNotConnected, Stage.Freeze, ("vm", "guest")).With(new("agent", "QEMU guest agent is not connected")));
        var id = (await host.Client(Role.Operator).Jobs.BackUpAsync(new("guest"), None)).Job;
        using var dutch = StillpointClient.OverNetwork(host.Address, host.Token(Role.Reader), host.Server.Fingerprint, "nl");
        var failure = (await dutch.EndOfAsync(id)).Job.Failure!;
        Assert.Equal(("agent-not-connected", "freeze"), (failure.Code, failure.Stage));
        Assert.Equal(Texts.LocalTexts.For(Texts.Language.Dutch).Failure(Failure.Of(FailureCode.AgentNotConnected, Stage.Freeze, ("vm", "guest"))), failure.Message);
        Assert.Contains(await dutch.Jobs.FactsAsync(id, None), f => f.Value == "agent-not-connected");
        Assert.NotNull(await dutch.Jobs.DiagnosisAsync(id, None));
    }

    [Fact]
    public async Task Bug_InAJob_ShowsItsStackToAdministratorsOnly()
    {
        await using var host = await ServiceHost.StartAsync();
        host.Engine.Capture = (_, _, _) => throw new InvalidOperationException("inner workings");
        var job = (await host.Client(Role.Operator).Jobs.BackUpAsync(new("guest"), None)).Job;
        var told = await host.Client(Role.Operator).EndOfAsync(job);
        Assert.Equal(("internal-error", 0), (told.Job.Failure!.Code, told.Job.Failure.Evidence.Count));
        Assert.Empty(await host.Client(Role.Operator).Jobs.FactsAsync(job, None));
        Assert.Contains("inner workings", (await host.Client(Role.Admin).Jobs.ShowAsync(job, None)).Job.Failure!.Evidence.Single().Text, StringComparison.Ordinal);
    }
}
