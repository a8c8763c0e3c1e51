using Stillpoint.Hypervisor.Agent;
using Stillpoint.Model;
using Xunit;

namespace Stillpoint.Hypervisor.Tests.Agent;

/// <summary>What the channel makes of the guest's scripts: when they run, what a point is worth then, and that those after the freeze always do.</summary>
public sealed class QgaScriptTests
{
    private const string There = "pre-freeze 10-a\npost-freeze 10-b\n";
    private const string PreRan = "ran pre-freeze 10-a 0 1\n| fine\ndone\n", PreFailed = "ran pre-freeze 10-a 3 2\n| out of luck\ndone\n";

    private static readonly QgaTimes Times = QgaTimes.Default with
    {
        ThawRetry = TimeSpan.Zero, Poll = TimeSpan.Zero, ThawPatience = TimeSpan.FromMilliseconds(200),
    };

    private readonly FakeAgent _agent = new();
    private readonly RecordingWatch _watch = new();

    public QgaScriptTests()
    {
        _agent.Scripts["check"] = There;
        _agent.Scripts["pre"] = PreRan;
        _agent.Scripts["post"] = "ran post-freeze 10-b 0 1\ndone\n";
    }

    private static FreezeRequest Request(
        Consistency wanted = Consistency.FileSystem, bool stepDown = true, ScriptRule rule = ScriptRule.Continue, GuardRule guard = GuardRule.Require) =>
        new(wanted, stepDown, TimeSpan.FromSeconds(10), guard, "tok-1")
        {
            Scripts = new() { Rule = rule, Limit = TimeSpan.FromSeconds(30), Retries = 1 },
        };

    private QgaChannel Channel() => new(_agent.Transport(), _agent.Transport(), "vm", TimeProvider.System, Times);

    private Task<FrozenResult<int>> RunAsync(FreezeRequest? request = null, Func<CancellationToken, Task<int>>? begin = null, CancellationToken ct = default) =>
        Channel().WhileFrozenAsync(request ?? Request(), _watch, begin ?? BeginAsync, ct);

    private Task<int> BeginAsync(CancellationToken ct)
    {
        _watch.Calls.Add(_agent.Frozen > 0 ? "begin-frozen" : "begin-thawed");
        return Task.FromResult(7);
    }

    private string[] Verbs => [.. _agent.Sent.Where(c => c is "exec:pre" or "exec:post" or "exec:run" or "exec:sync" or "freeze" or "thaw" or "exec:stop")];

    [Fact]
    public async Task Scripts_AllSucceed_IsApplicationConsistent()
    {
        var result = await RunAsync();

        Assert.Equal(["exec:pre", "exec:sync", "exec:run", "freeze", "thaw", "exec:stop", "exec:post"], Verbs);
        Assert.Equal(["scripts-opening", "opening", "begin-frozen", "closed", "scripts-closed"], _watch.Calls);
        Assert.Equal((Consistency.Application, null), (result.Reached, result.Reason));
        Assert.Equal([(ScriptPhase.PreFreeze, "10-a", 0, "fine\n"), (ScriptPhase.PostFreeze, "10-b", 0, "")], result.Scripts.Select(s => (s.Phase, s.Name, s.ExitCode, s.Output)));
        Assert.Empty(result.Warnings);
        // Two tries of 30 s, seven more for each, 20 s for the runner and a minute; 90 s from there to the thaw.
        Assert.Equal(["tok-1", "30", "1", "continue", "154", "90"], _agent.ScriptArguments);
    }

    [Theory]
    [InlineData(Consistency.FileSystem, false)]
    [InlineData(Consistency.Application, true)]
    public async Task Scripts_None_IsFileSystemConsistentAndLessOnlyWhereMoreWasWanted(Consistency wanted, bool less)
    {
        _agent.Scripts["check"] = "";

        var result = await RunAsync(Request(wanted));

        Assert.Equal(["exec:sync", "exec:run", "freeze", "thaw", "exec:stop"], Verbs);
        Assert.Equal((Consistency.FileSystem, less ? FailureCode.GuestScriptsMissing : (FailureCode?)null), (result.Reached, result.Reason?.Code));
        Assert.DoesNotContain("scripts-opening", _watch.Calls);
    }

    [Fact]
    public async Task Scripts_OnlyAfterTheFreeze_RunAndClaimNothing()
    {
        (_agent.Scripts["check"], _agent.Scripts["pre"]) = ("post-freeze 10-b\n", "done\n");

        var result = await RunAsync();

        Assert.Equal((Consistency.FileSystem, 1), (result.Reached, result.Scripts.Count));
        Assert.Equal("scripts-closed", _watch.Calls[^1]);
    }

    [Theory]
    [InlineData(PreFailed, FailureCode.GuestScriptFailed)]
    [InlineData("ran pre-freeze 10-a 0 1\n", FailureCode.AgentNotResponding)]
    [InlineData("done\n", FailureCode.AgentNotResponding)]
    [InlineData("refused /etc/stillpoint/post-freeze.d writable\n", FailureCode.GuestScriptRefused)]
    public async Task Script_DoesNotSucceed_IsFileSystemConsistentWithAWarningAndThoseAfterRun(string said, FailureCode code)
    {
        _agent.Scripts["pre"] = said;

        var result = await RunAsync();

        Assert.Equal((Consistency.FileSystem, null, code), (result.Reached, result.Reason, Assert.Single(result.Warnings).Code));
        Assert.Equal(["scripts-opening", "opening", "begin-frozen", "closed", "scripts-closed"], _watch.Calls);
    }

    [Fact]
    public async Task Script_FailsAndApplicationWasWanted_IsTheReason()
    {
        _agent.Scripts["pre"] = PreFailed;

        var result = await RunAsync(Request(Consistency.Application));

        Assert.Equal((Consistency.FileSystem, FailureCode.GuestScriptFailed), (result.Reached, result.Reason!.Code));
        Assert.Equal(("/etc/stillpoint/pre-freeze.d/10-a", "3"), (result.Reason.Arguments["script"], result.Reason.Arguments["exit"]));
        Assert.Equal("out of luck\n", Assert.Single(result.Reason.Evidence).Text);
        Assert.Empty(result.Warnings);
    }

    [Fact]
    public async Task Script_FailsUnderTheRuleToFail_NothingIsFrozenAndThoseAfterRun()
    {
        _agent.Scripts["pre"] = PreFailed;

        var e = await Assert.ThrowsAsync<FailureException>(() => RunAsync(Request(rule: ScriptRule.Fail)));

        Assert.Equal(FailureCode.GuestScriptFailed, e.Failure.Code);
        Assert.Equal(["exec:pre", "exec:post"], Verbs);
        Assert.Equal(["scripts-opening", "scripts-closed"], _watch.Calls);
    }

    [Fact]
    public async Task Script_FailsUnderAStrictPolicyThatWantsApplication_Fails()
    {
        _agent.Scripts["pre"] = PreFailed;

        var e = await Assert.ThrowsAsync<FailureException>(() => RunAsync(Request(Consistency.Application, stepDown: false)));

        Assert.Equal((FailureCode.ConsistencyNotReached, "guest-script-failed"), (e.Failure.Code, e.Failure.Arguments["reason"]));
        Assert.Equal("scripts-closed", _watch.Calls[^1]);
        Assert.DoesNotContain("freeze", _agent.Sent);
    }

    [Fact]
    public async Task Scripts_Refused_NoneIsRunAndTheFirstIsNamed()
    {
        _agent.Scripts["check"] = There + "refused /etc/stillpoint/pre-freeze.d/20 c owner\n";

        var result = await RunAsync();

        Assert.Equal(["exec:sync", "exec:run", "freeze", "thaw", "exec:stop"], Verbs);
        var warning = Assert.Single(result.Warnings);
        Assert.Equal((FailureCode.GuestScriptRefused, "/etc/stillpoint/pre-freeze.d/20 c", "script-owner"), (warning.Code, warning.Arguments["path"], warning.Arguments["reason"]));
    }

    [Fact]
    public async Task Scripts_Skipped_AreNotLookedAt()
    {
        var result = await RunAsync(Request(rule: ScriptRule.Skip));

        Assert.DoesNotContain("exec:check", _agent.Sent);
        Assert.Equal((Consistency.FileSystem, null), (result.Reached, result.Reason));
    }

    [Fact]
    public async Task Scripts_SucceedAndTheGuardFired_IsCrashConsistent()
    {
        _agent.GuardVerdict = "fired";

        var result = await RunAsync();

        Assert.Equal((Consistency.Crash, FailureCode.GuardFired), (result.Reached, result.Reason!.Code));
        Assert.Equal("scripts-closed", _watch.Calls[^1]);
    }

    [Fact]
    public async Task Freeze_Fails_ThoseAfterItRunAllTheSame()
    {
        _agent.Before = c => c == "freeze" ? Failure.Of(FailureCode.HostRefused, Stage.Preflight) : null;

        var result = await RunAsync();

        Assert.Equal(Consistency.Crash, result.Reached);
        Assert.Equal(["scripts-opening", "opening", "closed", "scripts-closed", "begin-thawed"], _watch.Calls);
    }

    [Fact]
    public async Task Guard_DoesNotStand_ThoseAfterTheFreezeRunAllTheSame()
    {
        _agent.GuardSays = "unable fsfreeze";

        await RunAsync();

        Assert.Equal(["scripts-opening", "begin-thawed", "scripts-closed"], _watch.Calls);
    }

    [Fact]
    public async Task Begin_Throws_ThoseAfterTheFreezeRunAllTheSame()
    {
        await Assert.ThrowsAsync<InvalidOperationException>(() => RunAsync(begin: _ => throw new InvalidOperationException("begin")));

        Assert.Equal(["scripts-opening", "opening", "closed", "scripts-closed"], _watch.Calls);
    }

    [Fact]
    public async Task Cancel_WhileThoseBeforeTheFreezeRun_RunsThoseAfterIt()
    {
        using var cancel = new CancellationTokenSource();
        _agent.After = c =>
        {
            if (c == "exec:pre") cancel.Cancel();
            return null;
        };

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => RunAsync(ct: cancel.Token));

        Assert.Equal(["exec:pre", "exec:post"], Verbs);
        Assert.Equal(["scripts-opening", "scripts-closed"], _watch.Calls);
    }

    [Fact]
    public async Task Post_AgentIsGone_StaysOpenInTheWatchAndIsTold()
    {
        _agent.Before = c => c == "exec:post" ? Failure.Of(FailureCode.AgentNotConnected, Stage.Preflight) : null;

        var result = await RunAsync();

        Assert.Equal((Consistency.Application, FailureCode.AgentNotResponding), (result.Reached, Assert.Single(result.Warnings).Code));
        Assert.DoesNotContain("scripts-closed", _watch.Calls);
        Assert.Equal(3, _agent.Sent.Count(c => c == "exec:post"));
    }

    [Fact]
    public async Task Post_Fails_IsAWarningAndTheConsistencyStays()
    {
        _agent.Scripts["post"] = "ran post-freeze 10-b 1 2\ndone\n";

        var result = await RunAsync();

        Assert.Equal((Consistency.Application, "/etc/stillpoint/post-freeze.d/10-b"), (result.Reached, Assert.Single(result.Warnings).Arguments["script"]));
        Assert.Equal("scripts-closed", _watch.Calls[^1]);
    }

    [Fact]
    public async Task Exec_BlockedAndApplicationWanted_SaysSo()
    {
        _agent.Disabled.Add("guest-exec");

        var result = await RunAsync(Request(Consistency.Application, guard: GuardRule.WardenAlone));

        Assert.Equal((Consistency.FileSystem, FailureCode.AgentCommandBlocked, "guest-exec"), (result.Reached, result.Reason!.Code, result.Reason.Arguments["command"]));
    }

    [Theory]
    [InlineData(There, Consistency.Application, false)]
    [InlineData("", Consistency.FileSystem, false)]
    [InlineData("refused /etc/stillpoint owner\n", Consistency.FileSystem, true)]
    public async Task Check_OfAGuest_RunsNoneAndSaysWhatTheyWouldBeWorth(string there, Consistency reachable, bool refused)
    {
        _agent.Scripts["check"] = there;

        var check = await Channel().CheckAsync(Request(), CancellationToken.None);

        Assert.Equal((reachable, null, refused), (check.Reachable, check.Reason, check.Scripts is not null));
        Assert.Equal(["exec:sync", "exec:run", "exec:stop"], Verbs);
    }

    [Theory]
    [InlineData("none\n", 0)]
    [InlineData("ran post-freeze 10-b 0 1\ndone\n", 1)]
    public async Task Finish_ForAJobThatIsGone_SaysWhatRan(string said, int runs)
    {
        _agent.Scripts["post"] = said;
        Assert.Equal(runs, (await Channel().FinishScriptsAsync("tok-1", CancellationToken.None)).Count);
    }

    [Fact]
    public async Task Finish_NotAnswered_IsAFailure()
    {
        _agent.Scripts["post"] = "ran post-freeze 10-b 0 1\n";
        var e = await Assert.ThrowsAsync<FailureException>(() => Channel().FinishScriptsAsync("tok-1", CancellationToken.None));
        Assert.Equal(FailureCode.AgentNotResponding, e.Failure.Code);
    }

    [Fact]
    public void Report_OfAHostileGuest_IsBoundedAndCleaned()
    {
        var report = ScriptReport.Read(
            "ran pre-freeze \u001b[31mred 0 1\n| \u001b]0;title\u0007\n| " + new string('x', 100_000) + "\nran pre-freeze b 999999999999 1\nran pre-freeze c -1 1\nnonsense\ndone\n");
        var run = Assert.Single(report.Runs);
        Assert.Equal(("?[31mred", true), (run.Name, report.Ended));
        Assert.StartsWith("?]0;title?\n", run.Output, StringComparison.Ordinal);
        Assert.InRange(run.Output.Length, 1, 4096);
    }
}
