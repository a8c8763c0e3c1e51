using Stillpoint.Hypervisor.Agent;
using Stillpoint.Model;
using Xunit;

namespace Stillpoint.Hypervisor.Tests.Agent;

/// <summary>Faults from the freeze on: in each of them the guest ends thawed, or the watch still knows that it may not be.</summary>
public sealed class QgaFaultTests
{
    private static readonly QgaTimes Times = QgaTimes.Default with
    {
        ThawRetry = TimeSpan.Zero, Poll = TimeSpan.Zero, ThawPatience = TimeSpan.FromMilliseconds(200),
    };

    private readonly FakeAgent _agent = new();
    private readonly RecordingWatch _watch = new();

    private static Failure Silent { get; } = Failure.Of(FailureCode.AgentNotResponding, Stage.Preflight);

    private static Failure Lost { get; } = Failure.Of(FailureCode.HostConnectionLost, Stage.Preflight);

    private Task<FrozenResult<int>> RunAsync(
        Func<CancellationToken, Task<int>>? begin = null, double seconds = 10, bool stepDown = true, CancellationToken ct = default)
    {
        var channel = new QgaChannel(_agent.Transport(), _agent.Transport(), "vm", TimeProvider.System, Times);
        var request = new FreezeRequest(Consistency.FileSystem, stepDown, TimeSpan.FromSeconds(seconds), GuardRule.Require, "tok-1");
        return channel.WhileFrozenAsync(request, _watch, begin ?? BeginAsync, ct);
    }

    private Task<int> BeginAsync(CancellationToken ct)
    {
        ct.ThrowIfCancellationRequested();
        _watch.Calls.Add(_agent.Frozen > 0 ? "begin-frozen" : "begin-thawed");
        return Task.FromResult(7);
    }

    private IEnumerable<string> FromTheFreezeOn => _agent.Sent.SkipWhile(c => c != "freeze");

    [Fact]
    public async Task Freeze_TimesOutAndIsCarriedOutLater_IsFoundByAskingAndThawed()
    {
        _agent.Before = c => c == "freeze" ? Silent : null;
        _agent.After = c =>
        {
            // The first question is answered while the freeze still waits in the guest's queue; the second finds it frozen.
            if (c == "status" && FromTheFreezeOn.Count() == 2) { _agent.FreezeLate(); return Silent; }
            return null;
        };

        var result = await RunAsync();

        Assert.Equal(["freeze", "status", "status", "thaw", "status", "exec:stop", "exec-status"], FromTheFreezeOn);
        Assert.Equal((Consistency.Crash, FailureCode.FreezeTimedOut), (result.Reached, result.Reason!.Code));
        Assert.Equal(["opening", "closed", "begin-thawed"], _watch.Calls);
        Assert.Equal(0, _agent.Frozen);
    }

    [Fact]
    public async Task Freeze_ABugOfOursRightAfterIt_IsThawedAllTheSame()
    {
        _agent.After = c => c == "freeze" ? throw new InvalidOperationException("a bug") : null;

        await Assert.ThrowsAsync<InvalidOperationException>(() => RunAsync());

        Assert.Equal(["freeze", "status", "thaw", "status", "exec:stop", "exec-status"], FromTheFreezeOn);
        Assert.Equal(["opening", "closed"], _watch.Calls);
        Assert.Equal(0, _agent.Frozen);
    }

    [Fact]
    public async Task Freeze_CarriedOutButItsAnswerLost_IsThawedAndBegunOnce()
    {
        _agent.After = c => c == "freeze" ? Lost : null;

        var result = await RunAsync();

        Assert.Equal((7, Consistency.Crash, FailureCode.FreezeFailed), (result.Value, result.Reached, result.Reason!.Code));
        Assert.Equal(["opening", "closed", "begin-thawed"], _watch.Calls);
        Assert.Equal((0, 2), (_agent.Frozen, result.ThawedFileSystems));
        Assert.NotNull(result.Frozen);
    }

    [Theory]
    [InlineData("ping")]
    [InlineData("status")]
    [InlineData("info")]
    [InlineData("get-fsinfo")]
    [InlineData("exec:run")]
    [InlineData("exec-status")]
    [InlineData("freeze")]
    [InlineData("thaw")]
    [InlineData("exec:stop")]
    public async Task Reply_OfAnotherFormThanPromised_EndsThawedAndNeverClaimsMoreThanIsProved(string garbled)
    {
        _agent.Garbled.Add(garbled);

        var result = await RunAsync();

        Assert.Equal(0, _agent.Frozen);
        Assert.Equal(7, result.Value);
        Assert.Single(_watch.Calls, c => c.StartsWith("begin", StringComparison.Ordinal));
        // The first program that is run in the guest is the one that looks for scripts: without its answer there are none.
        if (garbled is "ping" or "exec-status") Assert.Equal(Consistency.FileSystem, result.Reached);
        else Assert.Equal(Consistency.Crash, result.Reached);
        Assert.Equal(_watch.Calls.Count(c => c == "opening"), _watch.Calls.Count(c => c == "closed"));
    }

    [Fact]
    public async Task Freeze_RefusedAndNothingFrozen_SendsNoThaw()
    {
        _agent.Before = c => c == "freeze" ? Failure.Of(FailureCode.HostRefused, Stage.Preflight) : null;

        var result = await RunAsync();

        Assert.DoesNotContain("thaw", _agent.Sent);
        Assert.Equal(FailureCode.FreezeFailed, result.Reason!.Code);
        Assert.Null(result.Frozen);
    }

    [Fact]
    public async Task Freeze_FreezesNothing_IsCrashConsistent()
    {
        _agent.FileSystems = 0;

        var result = await RunAsync();

        Assert.Equal((Consistency.Crash, FailureCode.FreezeFailed), (result.Reached, result.Reason!.Code));
        Assert.Equal(["opening", "closed", "begin-thawed"], _watch.Calls);
    }

    [Fact]
    public async Task Freeze_FailsUnderAStrictPolicy_IsThawedAndNotBegun()
    {
        _agent.After = c => c == "freeze" ? Silent : null;

        var e = await Assert.ThrowsAsync<FailureException>(() => RunAsync(stepDown: false));

        Assert.Equal(FailureCode.ConsistencyNotReached, e.Failure.Code);
        Assert.Equal(["opening", "closed"], _watch.Calls);
        Assert.Equal(0, _agent.Frozen);
    }

    [Fact]
    public async Task Begin_Throws_IsThrownAfterTheThaw()
    {
        var e = await Assert.ThrowsAsync<InvalidOperationException>(() => RunAsync(_ => throw new InvalidOperationException("begin")));

        Assert.Equal("begin", e.Message);
        Assert.Equal(["opening", "closed"], _watch.Calls);
        Assert.Equal(0, _agent.Frozen);
        Assert.Contains("exec:stop", _agent.Sent);
    }

    [Fact]
    public async Task Begin_Cancelled_IsThawedFirst()
    {
        using var cancel = new CancellationTokenSource();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => RunAsync(async ct =>
        {
            await cancel.CancelAsync();
            await Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System, ct);
            return 7;
        }, ct: cancel.Token));

        Assert.Equal(["opening", "closed"], _watch.Calls);
        Assert.Equal(0, _agent.Frozen);
    }

    [Fact]
    public async Task Begin_OutlivesTheLimit_IsThawedMeanwhileAndItsValueKept()
    {
        var thawed = new TaskCompletionSource();
        _agent.After = c => { if (c == "thaw") thawed.SetResult(); return null; };

        var result = await RunAsync(async _ => { await thawed.Task; return 7; }, seconds: 0.05);

        Assert.Equal((7, Consistency.Crash, FailureCode.BeginOutlivedFreeze), (result.Value, result.Reached, result.Reason!.Code));
        Assert.Equal(["opening", "closed"], _watch.Calls);
    }

    [Fact]
    public async Task Thaw_FailsAtFirst_IsRepeatedUntilConfirmed()
    {
        var failing = 3;
        _agent.Before = c => c is "thaw" or "status" && FromTheFreezeOn.Any() && failing-- > 0 ? Silent : null;

        var result = await RunAsync();

        Assert.Equal(["opening", "begin-frozen", "closed"], _watch.Calls);
        Assert.Equal(0, _agent.Frozen);
        // An answer was lost, so the count proves nothing.
        Assert.Equal((Consistency.Crash, FailureCode.ThawCountMismatch), (result.Reached, result.Reason!.Code));
    }

    [Fact]
    public async Task Thaw_CarriedOutButItsAnswerLost_IsConfirmedByTheStatus()
    {
        _agent.After = c => c == "thaw" ? Lost : null;

        var result = await RunAsync();

        Assert.Equal(["freeze", "thaw", "status", "exec:stop", "exec-status"], FromTheFreezeOn);
        Assert.Equal((Consistency.Crash, FailureCode.ThawCountMismatch), (result.Reached, result.Reason!.Code));
        Assert.Equal(["opening", "begin-frozen", "closed"], _watch.Calls);
    }

    [Fact]
    public async Task Thaw_AgentNeverAnswers_StaysOpenInTheWatchAndTheResultSaysSo()
    {
        _agent.Before = c => c is "thaw" or "status" && FromTheFreezeOn.Any() ? Silent : null;

        var result = await RunAsync();

        Assert.Equal(["opening", "begin-frozen"], _watch.Calls);
        Assert.Equal((7, Consistency.Crash, FailureCode.AgentNotResponding, Stage.Thaw),
            (result.Value, result.Reached, result.Reason!.Code, result.Reason.Stage));
        Assert.Equal(GuardVerdict.Unknown, result.Guard);
        Assert.DoesNotContain("exec:stop", _agent.Sent);
    }

    [Fact]
    public async Task Thaw_AgentNeverAnswersAndBeginThrew_BeginsExceptionIsThrown()
    {
        _agent.Before = c => c is "thaw" or "status" && FromTheFreezeOn.Any() ? Silent : null;

        await Assert.ThrowsAsync<InvalidOperationException>(() => RunAsync(_ => throw new InvalidOperationException("begin")));

        Assert.Equal(["opening"], _watch.Calls);
    }

    [Fact]
    public async Task Thaw_VmIsNoMore_EndsTheFreeze()
    {
        _agent.Before = c => c is "thaw" or "status" && FromTheFreezeOn.Any() ? Failure.Of(FailureCode.VmNotRunning, Stage.Preflight) : null;

        var result = await RunAsync();

        Assert.Equal(["opening", "begin-frozen", "closed"], _watch.Calls);
        Assert.Equal(FailureCode.VmStoppedDuringJob, result.Reason!.Code);
    }
}
