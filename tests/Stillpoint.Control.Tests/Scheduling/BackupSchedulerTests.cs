using Stillpoint.Control.Planning;
using Stillpoint.Control.Scheduling;
using Stillpoint.Control.Tests.Fakes;
using Stillpoint.Model;
using Xunit;

namespace Stillpoint.Control.Tests.Scheduling;

public sealed class BackupSchedulerTests : IDisposable
{
    private readonly SchedulerHost _host = new();

    public void Dispose() => _host.Dispose();

    [Fact]
    public async Task RunDue_BeforeTheWindow_StartsNothing()
    {
        await _host.ProtectAsync(3);
        await _host.RunDueAsync();
        Assert.Empty(_host.Engine.Backups);
        Assert.Equal(3, _host.Control.Plan("v", TimeSpan.FromHours(24)).Count);
    }

    [Fact]
    public async Task RunDue_WhenAllHaveComeDue_BacksUpEachOnce()
    {
        await _host.ProtectAsync(5);
        _host.Clock.Advance(SchedulerHost.IntoTheWindow);
        await _host.RunDueAsync();
        await _host.RunDueAsync();
        Assert.Equal(["vm1", "vm2", "vm3", "vm4", "vm5"], _host.Runs.Select(r => r.Start.Vm.Name).Order());
        Assert.All(_host.Runs, r => Assert.Equal((JobState.Completed, StartKind.Scheduled), (r.State, r.Start.Kind)));
        Assert.Equal(5, _host.Engine.Backups.Count);
        Assert.All(_host.Control.Jobs.List(null, 9), j => Assert.Equal(JobState.Completed, j.State));
    }

    [Fact]
    public async Task RunDue_ManyAtOnceOnOneFolder_TakeEachStartOnceAndKeepTheLimit()
    {
        await _host.ProtectAsync(12);
        _host.Clock.Advance(SchedulerHost.IntoTheWindow);
        var (now, peak) = (0, 0);
        _host.Engine.Capture = async (order, _, _) =>
        {
            var running = Interlocked.Increment(ref now);
            for (var seen = Volatile.Read(ref peak); running > seen && Interlocked.CompareExchange(ref peak, running, seen) != seen; seen = Volatile.Read(ref peak))
            {
            }
            await Task.Yield();
            Interlocked.Decrement(ref now);
            return FakeEngine.Result(order);
        };
        await _host.WhileTimePassesAsync(Task.WhenAll(Enumerable.Range(0, 4).Select(_ => Task.Run(async () =>
        {
            using var control = StillpointControl.Open(new(_host.Temp["data"]), _host.Engine, _host.Clock);
            using var scheduler = _host.New(control);
            await scheduler.RunDueAsync(CancellationToken.None);
        }))));
        // One that looked while another held the last starts ended early: what is left is the next timer's.
        await _host.RunDueAsync();
        Assert.Equal(12, _host.Control.Jobs.List(null, 99).Count);
        Assert.Equal(12, _host.Control.Jobs.List(null, 99).Select(j => j.Vm).Distinct().Count());
        Assert.InRange(peak, 1, 2);
    }

    [Fact]
    public async Task RunDue_RunThatSomebodyCancels_LeavesItsWindowAloneAndTakesTheNext()
    {
        await _host.ProtectAsync(1);
        _host.Clock.Advance(SchedulerHost.IntoTheWindow);
        _host.Engine.Capture = async (order, _, ct) =>
        {
            Assert.True(_host.Control.Cancel(order.Job));
            await Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System, ct);
            throw new InvalidOperationException();
        };
        await _host.RunDueAsync();
        Assert.Equal((JobState.Cancelled, FailureCode.Cancelled), (Assert.Single(_host.Runs).State, _host.Runs[0].Failure!.Code));
        Assert.False(_host.Control.Cancel(_host.Runs[0].Job));
        _host.Engine.Capture = (order, _, _) => Task.FromResult(FakeEngine.Result(order));
        _host.Clock.Advance(TimeSpan.FromHours(1));
        await _host.RunDueAsync();
        Assert.Single(_host.Runs);
        _host.Clock.Advance(TimeSpan.FromHours(23));
        await _host.RunDueAsync();
        Assert.Equal([JobState.Cancelled, JobState.Completed], _host.Runs.Select(r => r.State!.Value));
    }

    [Fact]
    public async Task RunDue_EndedAsAWhole_IsTriedAgain()
    {
        await _host.ProtectAsync(1);
        _host.Clock.Advance(SchedulerHost.IntoTheWindow);
        using var stop = new CancellationTokenSource();
        _host.Engine.Capture = async (_, _, ct) =>
        {
            await stop.CancelAsync();
            await Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System, ct);
            throw new InvalidOperationException();
        };
        using (var scheduler = _host.New()) await Assert.ThrowsAnyAsync<OperationCanceledException>(() => _host.WhileTimePassesAsync(scheduler.RunDueAsync(stop.Token)));
        _host.Engine.Capture = (order, _, _) => Task.FromResult(FakeEngine.Result(order));
        _host.Clock.Advance(TimeSpan.FromHours(1));
        await _host.RunDueAsync();
        Assert.Equal([JobState.Cancelled, JobState.Completed], _host.Runs.Select(r => r.State!.Value));
    }

    [Fact]
    public async Task RunDue_RunThatFails_IsTriedAgainAfterItsTimeAsOftenAsThePolicySays()
    {
        await _host.ProtectAsync(1);
        _host.Clock.Advance(SchedulerHost.IntoTheWindow);
        _host.Engine.Capture = (_, _, _) => throw new FailureException(FailureCode.VaultFull, Stage.Store, ("path", "/v"));
        await _host.RunDueAsync();
        await _host.RunDueAsync();
        Assert.Equal(FailureCode.VaultFull, Assert.Single(_host.Runs).Failure!.Code);
        _host.Clock.Advance(TimeSpan.FromMinutes(15));
        await _host.RunDueAsync();
        Assert.Equal([StartKind.Scheduled, StartKind.Retry], _host.Runs.Select(r => r.Start.Kind));
        _host.Clock.Advance(TimeSpan.FromHours(1));
        await _host.RunDueAsync();
        Assert.Equal(2, _host.Runs.Count);
        _host.Clock.Advance(TimeSpan.FromHours(24));
        await _host.RunDueAsync();
        Assert.Equal(3, _host.Runs.Count);
    }

    [Fact]
    public async Task RunDue_HostOutOfReach_CostsNoTryAndIsCaughtUp()
    {
        await _host.ProtectAsync(1);
        _host.Down.Add(SchedulerHost.Uri);
        _host.Clock.Advance(SchedulerHost.IntoTheWindow);
        await _host.RunDueAsync();
        Assert.Equal(FailureCode.HostUnreachable, Assert.Single(_host.Events.OfType<HostOutOfReach>()).Failure.Code);
        // Three nights pass; one is made up for.
        _host.Clock.Advance(TimeSpan.FromDays(3) + TimeSpan.FromHours(4));
        await _host.RunDueAsync();
        Assert.Empty(_host.Control.Jobs.List(null, 9));
        _host.Down.Clear();
        _host.Clock.Advance(TimeSpan.FromMinutes(1));
        await _host.RunDueAsync();
        Assert.Equal((StartKind.CatchUp, JobState.Completed), (Assert.Single(_host.Runs).Start.Kind, _host.Runs[0].State));
    }

    [Fact]
    public async Task RunDue_HostLostBetweenLookAndStart_LeavesTheStartOpen()
    {
        await _host.ProtectAsync(1);
        _host.Clock.Advance(SchedulerHost.IntoTheWindow);
        var connects = 0;
        using (var scheduler = new BackupScheduler(
            _host.Control, (uri, ct) => ++connects == 1 ? _host.ConnectAsync(uri, ct) : throw new FailureException(FailureCode.HostUnreachable, Stage.Connect, ("uri", uri.Text)),
            new("/v", Vault.VaultSecret.FromPassphrase("x")), _host, new SilentEvents(), _host.Clock)) await scheduler.RunDueAsync(CancellationToken.None);
        Assert.Null(Assert.Single(_host.Runs).State);
        await _host.RunDueAsync();
        Assert.Equal([null, JobState.Completed], _host.Runs.Select(r => r.State));
    }

    [Fact]
    public async Task RunDue_VmThatIsGoneOrBackedUpByHandInItsWindow_IsLeftAlone()
    {
        await _host.ProtectAsync(2);
        _host.Clock.Advance(TimeSpan.FromHours(9));
        var order = new Engine.Capture.BackupOrder(JobId.New(_host.Clock), "vm1", CapturePolicy.Default, new HashSet<string>());
        await _host.Control.BackUpAsync(FakeHost.Of(_host.Vms), new("/v", Vault.VaultSecret.FromPassphrase("x")), order, new SilentEvents(), CancellationToken.None);
        _host.Vms.RemoveAt(1);
        _host.Clock.Advance(SchedulerHost.IntoTheWindow - TimeSpan.FromHours(9));
        await _host.RunDueAsync();
        Assert.Empty(_host.Runs);
        Assert.NotNull(_host.Control.Protection.Find("vm2").Orphaned);
    }

    [Fact]
    public async Task RunDue_CareThatFails_HoldsUpNoBackup()
    {
        _host.Control.Settings.Scheduler = _host.Control.Settings.Scheduler with { Gc = ScheduleText.Parse("daily 00:00-24:00 UTC", "UTC") };
        await _host.ProtectAsync(1);
        _host.Clock.Advance(SchedulerHost.IntoTheWindow);
        await _host.RunDueAsync();
        Assert.Equal(JobState.Completed, Assert.Single(_host.Runs).State);
        Assert.Equal((JobKind.Gc, FailureCode.VaultNotFound), (Assert.Single(_host.Events.OfType<CareEnded>()).Kind, _host.Events.OfType<CareEnded>().Single().Failure!.Code));
        // Not again within the hour, and again after it.
        await _host.RunDueAsync();
        Assert.Single(_host.Events.OfType<CareEnded>());
        _host.Clock.Advance(TimeSpan.FromHours(1));
        await _host.RunDueAsync();
        Assert.Equal(2, _host.Events.OfType<CareEnded>().Count());
    }

    [Fact]
    public async Task Run_AsADaemon_StartsWhatComesDueAndStopsCleanly()
    {
        await _host.ProtectAsync(2);
        using var stop = new CancellationTokenSource();
        var begun = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        _host.Engine.Capture = async (order, _, ct) =>
        {
            if (order.Vm != _host.Vms[0].Id.ToString()) return FakeEngine.Result(order);
            begun.TrySetResult();
            await Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System, ct);
            return FakeEngine.Result(order);
        };
        using var scheduler = _host.New();
        var running = scheduler.RunAsync(stop.Token);
        _host.Clock.Advance(SchedulerHost.IntoTheWindow);
        // The minute may have begun after the clock was moved: a change wakes the loop as well.
        _host.Control.Changes.Tell();
        await TestKit.Eventually.IsAsync("both ran", () =>
        {
            _host.Clock.Advance(BackupScheduler.Period);
            return begun.Task.IsCompleted && _host.Runs.Count == 1;
        });
        await stop.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => running);
        Assert.Equal([JobState.Completed, JobState.Cancelled], _host.Runs.Select(r => r.State!.Value));
    }
}
