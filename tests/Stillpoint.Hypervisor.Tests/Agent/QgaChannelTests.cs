using Stillpoint.Hypervisor.Agent;
using Stillpoint.Model;
using Xunit;

namespace Stillpoint.Hypervisor.Tests.Agent;

/// <summary>What the channel does about each thing that can go wrong, against a scripted agent.</summary>
public sealed class QgaChannelTests
{
    private static readonly QgaTimes Times = QgaTimes.Default with
    {
        ThawRetry = TimeSpan.Zero, Poll = TimeSpan.Zero, ThawPatience = TimeSpan.FromMilliseconds(200),
    };

    private readonly FakeAgent _agent = new();
    private readonly RecordingWatch _watch = new();

    private static Failure Silent { get; } = Failure.Of(FailureCode.AgentNotResponding, Stage.Preflight);

    private static Failure Gone { get; } = Failure.Of(FailureCode.AgentNotConnected, Stage.Preflight);

    private static FreezeRequest Request(GuardRule guard = GuardRule.Require, bool stepDown = true, double seconds = 10) =>
        new(Consistency.FileSystem, stepDown, TimeSpan.FromSeconds(seconds), guard, "tok-1");

    private Task<FrozenResult<int>> RunAsync(FreezeRequest? request = null, Func<CancellationToken, Task<int>>? begin = null, CancellationToken ct = default)
    {
        var channel = new QgaChannel(_agent.Transport(), _agent.Transport(), "vm", TimeProvider.System, Times);
        return channel.WhileFrozenAsync(request ?? Request(), _watch, begin ?? BeginAsync, ct);
    }

    private Task<int> BeginAsync(CancellationToken ct)
    {
        _watch.Calls.Add(_agent.Frozen > 0 ? "begin-frozen" : "begin-thawed");
        return Task.FromResult(7);
    }

    [Fact]
    public async Task WhileFrozen_AllWell_DoesTheStepsInOrder()
    {
        var result = await RunAsync();

        Assert.Equal(
            ["ping", "status", "info", "exec:check", "exec-status", "get-fsinfo", "exec:sync", "exec-status", "exec:run", "exec-status", "ping", "freeze", "thaw", "status", "exec:stop", "exec-status"],
            _agent.Sent);
        Assert.Equal(["opening", "begin-frozen", "closed"], _watch.Calls);
        Assert.Equal(["tok-1", "10000", "/", "/data"], _agent.GuardArguments);
        Assert.Equal((7, Consistency.FileSystem, null, 2, 2, GuardVerdict.DidNotFire),
            (result.Value, result.Reached, result.Reason?.Code, result.FrozenFileSystems, result.ThawedFileSystems, result.Guard));
    }

    [Fact]
    public async Task WhileFrozen_CrashWanted_AsksTheAgentNothing()
    {
        var result = await RunAsync(Request() with { Wanted = Consistency.Crash });

        Assert.Empty(_agent.Sent);
        Assert.Equal((7, Consistency.Crash, null), (result.Value, result.Reached, result.Reason));
    }

    [Theory]
    [InlineData("set-timeout", FailureCode.AgentNotConfigured)]
    [InlineData("ping", FailureCode.AgentNotConnected)]
    [InlineData("ping", FailureCode.AgentNotResponding)]
    [InlineData("status", FailureCode.AgentCommandBlocked)]
    [InlineData("info", FailureCode.AgentNotResponding)]
    [InlineData("exec:sync", FailureCode.AgentNotResponding)]
    [InlineData("exec:run", FailureCode.AgentNotResponding)]
    public async Task WhileFrozen_AgentFailsBeforeTheFreeze_BeginsUnfrozenAndSaysWhy(string command, FailureCode code)
    {
        _agent.Before = c => c == command ? Failure.Of(code, Stage.Preflight) : null;

        var result = await RunAsync();

        Assert.Equal((7, Consistency.Crash, code), (result.Value, result.Reached, result.Reason!.Code));
        Assert.Equal(["begin-thawed"], _watch.Calls);
        Assert.DoesNotContain("freeze", _agent.Sent);
    }

    [Fact]
    public async Task WhileFrozen_PingRightBeforeTheFreezeFails_StopsTheGuardAndDoesNotFreeze()
    {
        _agent.Before = c => c == "ping" && _agent.Sent.Contains("exec:run") ? Silent : null;

        var result = await RunAsync();

        Assert.Equal(FailureCode.AgentNotResponding, result.Reason!.Code);
        Assert.DoesNotContain("freeze", _agent.Sent);
        Assert.Contains("exec:stop", _agent.Sent);
    }

    [Theory]
    [InlineData(FailureCode.HostConnectionLost)]
    [InlineData(FailureCode.HostUnreachable)]
    [InlineData(FailureCode.VmNotRunning)]
    public async Task WhileFrozen_HostFailsBeforeTheFreeze_IsThrown(FailureCode code)
    {
        _agent.Before = c => c == "ping" ? Failure.Of(code, Stage.Preflight) : null;

        var e = await Assert.ThrowsAsync<FailureException>(() => RunAsync());

        Assert.Equal(code, e.Failure.Code);
        Assert.Empty(_watch.Calls);
    }

    [Fact]
    public async Task WhileFrozen_FrozenAlready_NeitherFreezesNorThaws()
    {
        _agent.FreezeLate();

        var result = await RunAsync();

        Assert.Equal(FailureCode.FsFreezeLockHeld, result.Reason!.Code);
        Assert.Equal(["ping", "status"], _agent.Sent);
        Assert.Equal(["begin-frozen"], _watch.Calls);
    }

    [Theory]
    [InlineData("guest-exec", FailureCode.GuardNotPossible)]
    [InlineData("guest-exec-status", FailureCode.GuardNotPossible)]
    [InlineData("guest-fsfreeze-freeze", FailureCode.AgentCommandBlocked)]
    [InlineData("guest-fsfreeze-thaw", FailureCode.AgentCommandBlocked)]
    [InlineData("guest-fsfreeze-status", FailureCode.AgentCommandBlocked)]
    public async Task WhileFrozen_CommandDisabled_DoesNotFreezeAndNamesIt(string command, FailureCode code)
    {
        _agent.Disabled.Add(command);

        var result = await RunAsync();

        Assert.Equal((code, command), (result.Reason!.Code, result.Reason.Arguments["command"]));
        Assert.DoesNotContain("freeze", _agent.Sent);
    }

    [Fact]
    public async Task WhileFrozen_ExecDisabledAndWardenAccepted_FreezesWithoutGuard()
    {
        _agent.Disabled.Add("guest-exec");

        var result = await RunAsync(Request(GuardRule.WardenAlone));

        Assert.Equal((Consistency.FileSystem, GuardVerdict.None), (result.Reached, result.Guard));
        Assert.Equal(["opening", "begin-frozen", "closed"], _watch.Calls);
    }

    [Fact]
    public async Task WhileFrozen_ThawDisabledAndWardenAccepted_StillDoesNotFreeze()
    {
        _agent.Disabled.Add("guest-fsfreeze-thaw");

        var result = await RunAsync(Request(GuardRule.WardenAlone));

        Assert.Equal(FailureCode.AgentCommandBlocked, result.Reason!.Code);
        Assert.DoesNotContain("freeze", _agent.Sent);
    }

    [Theory]
    [InlineData("busy other-token")]
    [InlineData("unable fsfreeze")]
    [InlineData("")]
    public async Task WhileFrozen_GuardDoesNotStand_DoesNotFreeze(string said)
    {
        _agent.GuardSays = said;

        var result = await RunAsync();

        Assert.Equal(FailureCode.GuardNotPossible, result.Reason!.Code);
        Assert.DoesNotContain("freeze", _agent.Sent);
        Assert.Contains("exec:stop", _agent.Sent);
    }

    [Fact]
    public async Task WhileFrozen_FileSystemsUnknown_LetsTheGuardLookForItself()
    {
        _agent.Before = c => c == "get-fsinfo" ? Failure.Of(FailureCode.HostRefused, Stage.Preflight) : null;

        var result = await RunAsync();

        Assert.Equal(["tok-1", "10000"], _agent.GuardArguments);
        Assert.Null(result.Reason);
    }

    [Theory]
    [InlineData("clean", GuardVerdict.DidNotFire, null)]
    [InlineData("fired", GuardVerdict.Fired, FailureCode.GuardFired)]
    [InlineData("unknown", GuardVerdict.Unknown, FailureCode.GuardFired)]
    [InlineData("", GuardVerdict.Unknown, FailureCode.GuardFired)]
    public async Task WhileFrozen_GuardsVerdict_DecidesTheConsistency(string said, GuardVerdict verdict, FailureCode? reason)
    {
        _agent.GuardVerdict = said;

        var result = await RunAsync();

        Assert.Equal((verdict, reason, reason is null), (result.Guard, result.Reason?.Code, result.Reached == Consistency.FileSystem));
    }

    [Fact]
    public async Task WhileFrozen_GuardCannotBeAsked_CountsAsFired()
    {
        _agent.Before = c => c == "exec:stop" ? Gone : null;

        var result = await RunAsync();

        Assert.Equal((GuardVerdict.Unknown, Consistency.Crash), (result.Guard, result.Reached));
        Assert.Equal(["opening", "begin-frozen", "closed"], _watch.Calls);
    }

    [Fact]
    public async Task WhileFrozen_MoreThawedThanFrozen_IsCrashConsistentByTheCounts()
    {
        _agent.Foreign = 1;

        var result = await RunAsync();

        Assert.Equal((Consistency.Crash, FailureCode.ThawCountMismatch), (result.Reached, result.Reason!.Code));
        Assert.Equal(("2", "3"), (result.Reason.Arguments["frozen"], result.Reason.Arguments["thawed"]));
    }

    [Fact]
    public async Task WhileFrozen_StrictAndNoFreezePossible_DoesNotBegin()
    {
        _agent.Before = c => c == "ping" ? Gone : null;

        var e = await Assert.ThrowsAsync<FailureException>(() => RunAsync(Request(stepDown: false)));

        Assert.Equal((FailureCode.ConsistencyNotReached, "agent-not-connected"), (e.Failure.Code, e.Failure.Arguments["reason"]));
        Assert.Empty(_watch.Calls);
    }

    [Fact]
    public async Task WhileFrozen_WatchRefuses_NothingIsFrozenAndTheGuardIsStopped()
    {
        var channel = new QgaChannel(_agent.Transport(), _agent.Transport(), "vm", TimeProvider.System, Times);

        await Assert.ThrowsAsync<IOException>(() => channel.WhileFrozenAsync(Request(), new RefusingWatch(), BeginAsync, CancellationToken.None));

        Assert.DoesNotContain("freeze", _agent.Sent);
        Assert.Equal("exec:stop", _agent.Sent[^2]);
        Assert.Empty(_watch.Calls);
    }

    private sealed class RefusingWatch : IFreezeWatch
    {
        public Task FreezeOpeningAsync(CancellationToken ct) => Task.FromException(new IOException("journal"));

        public Task FreezeClosedAsync() => throw new InvalidOperationException("nothing was open");

        public Task ScriptsOpeningAsync(DateTimeOffset until, CancellationToken ct) => Task.FromException(new IOException("journal"));

        public Task ScriptsClosedAsync() => throw new InvalidOperationException("nothing was open");
    }
}
