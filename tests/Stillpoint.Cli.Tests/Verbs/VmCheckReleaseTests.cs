using Stillpoint.Cli.Tests.Hosting;
using Stillpoint.Control.Tests.Fakes;
using Stillpoint.Engine.Capture;
using Stillpoint.Model;
using Xunit;

namespace Stillpoint.Cli.Tests.Verbs;

public sealed class VmCheckReleaseTests
{
    private static readonly Failure Busy = Failure.Of(FailureCode.VmBusyWithOtherJob, Stage.Preflight, ("vm", "guest"), ("operation", "save"));
    private static readonly Failure NoAgent = Failure.Of(FailureCode.AgentNotConfigured, Stage.Preflight, ("vm", "guest"));
    private static readonly Failure CdRom = Failure.Of(FailureCode.DiskUnsupported, Stage.Reconcile, ("disk", "sda"), ("reason", "cdrom"));

    public static TheoryData<string, int, string> Verdicts => new()
    {
        { "good", 0, "file-system consistent" }, { "lower", 11, "crash consistent" }, { "left-out", 11, "file-system consistent" }, { "blocked", 7, "would fail" },
    };

    [Theory, MemberData(nameof(Verdicts))]
    public async Task VmCheck_Verdict_IsTheExitCode(string kind, int exitCode, string words)
    {
        using var host = new CliHost();
        var good = host.Engine.Check(CapturePolicy.Default);
        host.Engine.Check = _ => kind switch
        {
            "lower" => good with { Reachable = Consistency.Crash, Lower = NoAgent },
            "left-out" => good with { Disks = [.. good.Disks, new("sda", "raw", CdRom, Tracked: false)] },
            "blocked" => good with { Reachable = null, Blocked = Busy },
            _ => good,
        };
        var text = await host.RunAsync("vm", "check", FakeHost.VmName);
        Assert.Equal(exitCode, text.ExitCode);
        Assert.Contains(words, text.Out, StringComparison.Ordinal);
        var json = await host.JsonAsync("vm", "check", FakeHost.VmName);
        Assert.Equal(exitCode, json.ExitCode);
        Assert.Equal(
            ["vm", "vmId", "state", "consistency", "blocked", "reason", "internalSnapshots", "disks", "leftOut"],
            json.Json.EnumerateObject().Select(p => p.Name));
        Assert.Equal(kind is "blocked" ? null : kind is "lower" ? "crash" : "file-system", json.Json.GetProperty("consistency").GetString());
    }

    [Fact]
    public async Task VmCheck_GuardOption_IsThePolicy()
    {
        using var host = new CliHost();
        var good = host.Engine.Check(CapturePolicy.Default);
        var asked = new List<GuardRule>();
        host.Engine.Check = policy =>
        {
            asked.Add(policy.Guard);
            return good;
        };
        (await host.RunAsync("vm", "check", FakeHost.VmName)).Must();
        (await host.RunAsync("vm", "check", FakeHost.VmName, "--guard", "warden-alone")).Must();
        Assert.Equal([GuardRule.Require, GuardRule.WardenAlone], asked);
    }

    [Fact]
    public async Task VmRelease_Unconfirmed_TouchesNothing()
    {
        using var host = new CliHost();
        host.Engine.Release = () => throw new InvalidOperationException("released");
        (await host.JsonAsync("vm", "release", FakeHost.VmName)).MustFail(1, "not-confirmed");
        host.Typed = new(["no"]);
        (await host.JsonAsync("vm", "release", FakeHost.VmName)).MustFail(1, "not-confirmed");
    }

    [Fact]
    public async Task VmRelease_Confirmed_SaysWhatIsGone()
    {
        using var host = new CliHost();
        var json = (await host.JsonAsync("vm", "release", FakeHost.VmName, "--yes")).Must().Json;
        Assert.Equal("stillpoint-0123abcd-x", json.GetProperty("checkpoints")[0].GetString());
        Assert.Equal("stillpoint-0123abcd-old", json.GetProperty("bitmaps")[0].GetString());
        host.Typed = new(["yes"]);
        Assert.Contains("1 checkpoint and 1 left-over bitmap removed", (await host.RunAsync("vm", "release", FakeHost.VmName)).Must().Out, StringComparison.Ordinal);
    }

    [Fact]
    public async Task VmRelease_SomethingStays_IsToldAndNot0()
    {
        using var host = new CliHost();
        host.Engine.Release = () => new(FakeHost.VmName, [], [], ["stillpoint-0123abcd-old"]);
        var call = await host.RunAsync("vm", "release", FakeHost.VmName, "--yes");
        Assert.Equal(11, call.ExitCode);
        Assert.Contains("stillpoint-0123abcd-old", call.Out, StringComparison.Ordinal);
    }
}
