using Stillpoint.Hypervisor.Agent;
using Stillpoint.Hypervisor.Tests.Agent;
using Stillpoint.Model;
using Stillpoint.TestKit;
using Xunit;

namespace Stillpoint.Hypervisor.Tests.Live;

[Collection(LiveCollection.Name)]
[Trait("Needs", Needs.Vm)]
public sealed class FreezeTests(LiveSuite suite)
{
    private static readonly CancellationToken None = CancellationToken.None;

    /// <summary>The root and /data: what the guest's agent freezes.</summary>
    private const int FileSystems = 2;

    private const string FindAgent = "for p in /proc/[0-9]*; do read -r c < $p/comm; [ $c = qemu-ga ] && a=${p#/proc/}; done; ";

    private static FreezeRequest Request(string token, int seconds = 10) =>
        new(Consistency.FileSystem, StepDown: true, TimeSpan.FromSeconds(seconds), GuardRule.Require, token);

    [Fact]
    public async Task WhileFrozen_HealthyGuest_IsFileSystemConsistentAndLeavesNothing()
    {
        await using var vm = await suite.OpenAsync();
        await using var channel = await vm.Domain.OpenAgentChannelAsync(None);
        var watch = new RecordingWatch();

        var result = await channel.WhileFrozenAsync(Request("live-1"), watch, async ct =>
        {
            watch.Calls.Add("begin");
            await vm.Domain.BeginBackupAsync(await vm.RequestAsync("x", null) with { Checkpoint = null }, ct);
            return 7;
        }, None);

        Assert.Null(result.Reason);
        Assert.Equal((7, Consistency.FileSystem, FileSystems, FileSystems, GuardVerdict.DidNotFire),
            (result.Value, result.Reached, result.FrozenFileSystems, result.ThawedFileSystems, result.Guard));
        Assert.NotNull(result.Frozen);
        Assert.Equal(["opening", "begin", "closed"], watch.Calls);
        Assert.Equal("gone", (await vm.Guest.RunAsync("[ -e /run/stillpoint-guard ] && echo left || echo gone")).Trim());
        Assert.StartsWith("writing", await vm.Guest.WriterAsync("status"));
    }

    [Fact]
    public async Task WhileFrozen_BeginOutlivesTheLimit_IsThawedByTheTimerAndCrashConsistent()
    {
        await using var vm = await suite.OpenAsync();
        await using var channel = await vm.Domain.OpenAgentChannelAsync(None);
        var watch = new ThawedWatch();

        // Begin ends only once the watch was told of the thaw: were there no timer, it would never.
        var result = await channel.WhileFrozenAsync(Request("live-2", seconds: 2), watch, async _ => { await watch.Closed.WaitAsync(TimeSpan.FromSeconds(60)); return 7; }, None);

        Assert.Equal((Consistency.Crash, FailureCode.BeginOutlivedFreeze), (result.Reached, result.Reason!.Code));
        Assert.Equal("thawed", await StatusAsync(vm));
    }

    [Fact]
    public async Task WhileFrozen_ThawNeverSent_GuestIsThawedByItsGuardAlone()
    {
        await using var vm = await suite.OpenAsync();
        var uri = vm.Host.Uri;
        var freeze = await LibvirtAgentTransport.OpenAsync(uri, TimeProvider.System, vm.Domain.Id, vm.Domain.Name, None);
        var thaw = await LibvirtAgentTransport.OpenAsync(uri, TimeProvider.System, vm.Domain.Id, vm.Domain.Name, None);
        var suppressed = new SuppressThaw(thaw);
        await using var channel = new QgaChannel(freeze, suppressed, vm.Domain.Name, TimeProvider.System, QgaTimes.Default);

        var result = await channel.WhileFrozenAsync(Request("live-3", seconds: 2), new RecordingWatch(), async _ =>
        {
            // The host's thaw is held back until the guest's writer has written again, which it does once somebody else thawed.
            await suppressed.Held.WaitAsync(TimeSpan.FromSeconds(60));
            try
            {
                await DiskWrittenAsync(vm);
            }
            finally
            {
                suppressed.Release();
            }
            return 7;
        }, None);

        Assert.Equal(GuardVerdict.Fired, result.Guard);
        Assert.Equal(Consistency.Crash, result.Reached);
        Assert.Equal((FileSystems, 0), (result.FrozenFileSystems, result.ThawedFileSystems));
        Assert.StartsWith("writing", await vm.Guest.WriterAsync("status"));
    }

    [Fact]
    public async Task WhileFrozen_FrozenBySomebodyElse_IsNotFrozenNorThawed()
    {
        await using var vm = await suite.OpenAsync();
        await using var channel = await vm.Domain.OpenAgentChannelAsync(None);
        await vm.Domain.AgentCommandAsync("""{"execute":"guest-fsfreeze-freeze"}""", TimeSpan.FromSeconds(10), None);
        var watch = new RecordingWatch();

        var result = await channel.WhileFrozenAsync(Request("live-4"), watch, _ => Task.FromResult(7), None);
        var status = await StatusAsync(vm);
        await vm.Domain.AgentCommandAsync("""{"execute":"guest-fsfreeze-thaw"}""", TimeSpan.FromSeconds(10), None);

        Assert.Equal((7, Consistency.Crash, FailureCode.FsFreezeLockHeld), (result.Value, result.Reached, result.Reason!.Code));
        Assert.Empty(watch.Calls);
        Assert.Equal("frozen", status);
    }

    [Fact]
    public async Task WhileFrozen_OneFileSystemFrozenByHand_IsCrashConsistentByTheCounts()
    {
        await using var vm = await suite.OpenAsync();
        await using var channel = await vm.Domain.OpenAgentChannelAsync(None);
        await vm.Guest.RunAsync("fsfreeze -f /data");

        var result = await channel.WhileFrozenAsync(Request("live-5"), new RecordingWatch(), _ => Task.FromResult(7), None);

        Assert.Equal((Consistency.Crash, FailureCode.ThawCountMismatch), (result.Reached, result.Reason!.Code));
        Assert.Equal((1, 2), (result.FrozenFileSystems, result.ThawedFileSystems));
    }

    [Fact]
    public async Task WhileFrozen_AgentStopped_IsCrashConsistentAndNothingIsQueued()
    {
        await using var vm = await suite.OpenAsync();
        await using var channel = await vm.Domain.OpenAgentChannelAsync(None);
        // Stopped, and woken after the channel has given up on it, by the guest itself.
        const string stop = FindAgent + "sleep 1; kill -STOP $a; sleep 20; kill -CONT $a";
        await vm.Domain.AgentCommandAsync(AgentCommand.Exec("/bin/sh", ["-c", stop + " 2>/dev/null"]), TimeSpan.FromSeconds(5), None);
        await Assert.ThrowsAsync<FailureException>(async () =>
        {
            for (var i = 0; i < 1000; i++) await vm.Domain.AgentCommandAsync(AgentCommand.Ping, TimeSpan.FromSeconds(2), None);
        });
        var watch = new RecordingWatch();

        var result = await channel.WhileFrozenAsync(Request("live-6"), watch, _ => Task.FromResult(7), None);

        Assert.Equal((7, Consistency.Crash, FailureCode.AgentNotResponding), (result.Value, result.Reached, result.Reason!.Code));
        Assert.Empty(watch.Calls);
        Assert.Equal("thawed", await StatusAsync(vm));
    }

    [Fact]
    public async Task WhileFrozen_AgentKilledInTheFreeze_GuardThawsWithoutWaitingForTheLimit()
    {
        await using var vm = await suite.OpenAsync();
        await using var channel = await vm.Domain.OpenAgentChannelAsync(None);
        // Waits in the guest until the agent says it has frozen, then kills it: the service manager tells the guard, which is of that service.
        const string kill = FindAgent + "until [ -e /run/qga.state.isfrozen ]; do sleep 0.2; done; sleep 2; kill -9 $a";
        await vm.Domain.AgentCommandAsync(AgentCommand.Exec("/bin/sh", ["-c", kill + " 2>/dev/null"]), TimeSpan.FromSeconds(5), None);
        var watch = new RecordingWatch();

        var result = await channel.WhileFrozenAsync(Request("live-7", seconds: 60), watch, async _ => { await DiskWrittenAsync(vm); return 7; }, None);

        // Not BeginOutlivedFreeze: the guest wrote again, and begin returned, before the limit. (The agent says it has frozen before it has; so
        // it may have died in the middle, and the freeze itself failed.)
        Assert.Equal((7, Consistency.Crash), (result.Value, result.Reached));
        Assert.Contains(result.Reason!.Code, new[] { FailureCode.GuardFired, FailureCode.FreezeFailed });
        Assert.Equal(["opening", "closed"], watch.Calls);
        Assert.Equal("thawed", await StatusAsync(vm));
    }

    [Fact]
    public async Task WhileFrozen_AgentStoppedInTheFreeze_GuardThawsAndTheAgentIsWellAgain()
    {
        await using var vm = await suite.OpenAsync();
        await using var channel = await vm.Domain.OpenAgentChannelAsync(None);
        // Stopped once it has frozen, and woken by the guest itself long after the limit.
        const string stop = FindAgent + "until [ -e /run/qga.state.isfrozen ]; do sleep 0.2; done; sleep 1; kill -STOP $a; sleep 20; kill -CONT $a";
        await vm.Domain.AgentCommandAsync(AgentCommand.Exec("/bin/sh", ["-c", stop + " 2>/dev/null"]), TimeSpan.FromSeconds(5), None);
        var watch = new RecordingWatch();

        // Nobody can thaw from outside; the guest writes again because its guard did.
        var result = await channel.WhileFrozenAsync(Request("live-8", seconds: 4), watch, async _ => { await DiskWrittenAsync(vm); return 7; }, None);

        Assert.Equal((7, Consistency.Crash), (result.Value, result.Reached));
        Assert.Equal(["opening", "closed"], watch.Calls);
        Assert.Equal("thawed", await StatusAsync(vm));
    }

    [Fact]
    public async Task WhileFrozen_GuardKilled_IsThawedByTheHostAndNotCalledConsistent()
    {
        await using var vm = await suite.OpenAsync();
        await using var channel = await vm.Domain.OpenAgentChannelAsync(None);
        var watch = new GuardKillingWatch(vm.Guest);

        var result = await channel.WhileFrozenAsync(Request("live-9"), watch, _ => Task.FromResult(7), None);

        Assert.Equal((Consistency.Crash, GuardVerdict.Unknown, FailureCode.GuardFired), (result.Reached, result.Guard, result.Reason!.Code));
        Assert.Equal((FileSystems, FileSystems), (result.FrozenFileSystems, result.ThawedFileSystems));
        Assert.True(watch.Closed);
        Assert.Equal("thawed", await StatusAsync(vm));
    }

    /// <summary>Kills the guard when it stands and the freeze is about to be sent.</summary>
    private sealed class GuardKillingWatch(TestGuest guest) : IFreezeWatch
    {
        public bool Closed { get; private set; }

        public Task FreezeOpeningAsync(CancellationToken ct) => guest.RunAsync("read -r token guard rest < /run/stillpoint-guard/owner && kill -9 $guard");

        public Task FreezeClosedAsync()
        {
            Closed = true;
            return Task.CompletedTask;
        }

        public Task ScriptsOpeningAsync(DateTimeOffset until, CancellationToken ct) => throw new InvalidOperationException("this guest has no scripts");

        public Task ScriptsClosedAsync() => throw new InvalidOperationException("this guest has no scripts");
    }

    /// <summary>Waits until the guest writes its data disk; the writer in it never rests unless it is frozen.</summary>
    private static async Task DiskWrittenAsync(LiveVm vm)
    {
        using var bound = new CancellationTokenSource(TimeSpan.FromSeconds(60), TimeProvider.System);
        var before = File.GetLastWriteTimeUtc(vm.Guest.DataDisk);
        while (File.GetLastWriteTimeUtc(vm.Guest.DataDisk) == before) await Task.Delay(TimeSpan.FromMilliseconds(50), TimeProvider.System, bound.Token);
    }

    /// <summary>The agent's answer, asked until there is one.</summary>
    private static async Task<string> StatusAsync(LiveVm vm)
    {
        for (var i = 0; ; i++)
        {
            try
            {
                var reply = await vm.Domain.AgentCommandAsync(AgentCommand.FreezeStatus, TimeSpan.FromSeconds(5), None);
                return AgentCommand.Read(reply, r => r.GetString())!;
            }
            catch (FailureException) when (i < 20)
            {
                await Task.Delay(TimeSpan.FromSeconds(1), TimeProvider.System);
            }
        }
    }
}
