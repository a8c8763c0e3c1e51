using System.Text.Json;
using Stillpoint.Engine.Repairs;
using Stillpoint.Engine.Tests.Fakes;
using Stillpoint.Hypervisor;
using Stillpoint.Model;
using Stillpoint.TestKit;
using Xunit;

namespace Stillpoint.Engine.Tests.Repairs;

/// <summary>A repair is written down before it is done, looked at again, and taken back if it did not help.</summary>
public sealed class RepairRunnerTests : IDisposable
{
    private readonly FakeHost _host = new();
    private readonly TempFolder _temp = new();

    private FakeDomain Vm => _host.Domain;

    public void Dispose() => _temp.Dispose();

    private Task<RepairRecord> RunAsync(string repair, Func<bool> helped) => new RepairRunner(new(_temp.Path, _temp["run"]), TimeProvider.System).RunAsync(
        HostUri.Default, Vm, RepairOrder.Of(repair)!, "a-cause", _ => Task.FromResult(helped()), CancellationToken.None);

    private string Kept() => File.ReadAllText(Assert.Single(Directory.GetFiles(_temp["repairs"], "*.json")));

    [Fact]
    public async Task Repair_IsWrittenDownBeforeItIsDone_AndThatItHelped()
    {
        Vm.Frozen = true;
        string? during = null;
        var record = await RunAsync("thaw", () =>
        {
            during = Kept();
            return !Vm.Frozen;
        });
        Assert.Equal(RepairEnd.Helped, record.End);
        Assert.Equal(["thaw"], Vm.Calls);
        Assert.Contains("\"end\": \"Begun\"", during, StringComparison.Ordinal);
        using var kept = JsonDocument.Parse(Kept());
        Assert.Equal(("Helped", "thaw", "a-cause", "web1"), (kept.RootElement.GetProperty("end").GetString(), kept.RootElement.GetProperty("repair").GetString(),
            kept.RootElement.GetProperty("cause").GetString(), kept.RootElement.GetProperty("vmName").GetString()));
    }

    [Fact]
    public async Task Channel_ThatDidNotHelp_IsTakenOffAgain()
    {
        Assert.Equal(RepairEnd.Undone, (await RunAsync("hotplug-channel", () => false)).End);
        Assert.Equal(["add channel", "remove channel"], Vm.Calls);
    }

    [Fact]
    public async Task Channel_ThatCouldNotBeLookedAtAfterwards_IsTakenOffAgain()
    {
        var record = await RunAsync("hotplug-channel", () => throw new FailureException(FailureCode.HostConnectionLost, Stage.Connect));
        Assert.Equal((RepairEnd.Undone, "host-connection-lost"), (record.End, record.Failure));
        Assert.Equal(["add channel", "remove channel"], Vm.Calls);
    }

    [Fact]
    public async Task Channel_CancelledBeforeItWasLookedAt_IsTakenOffAgain()
    {
        await Assert.ThrowsAsync<OperationCanceledException>(() => RunAsync("hotplug-channel", () => throw new OperationCanceledException()));
        Assert.Equal(["add channel", "remove channel"], Vm.Calls);
        Assert.Contains("\"end\": \"Undone\"", Kept(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Channel_ThatHelped_Stays()
    {
        Assert.Equal(RepairEnd.Helped, (await RunAsync("hotplug-channel", () => true)).End);
        Assert.Equal(["add channel"], Vm.Calls);
    }

    [Fact]
    public async Task WhatCannotBeDone_IsFailedWithItsCode()
    {
        (Vm.Frozen, Vm.AgentAnswers) = (true, false);
        // A clock command to an agent that is silent fails at once; a thaw would go on asking.
        var record = await RunAsync("set-clock", () => throw new InvalidOperationException("looked after a failure"));
        Assert.Equal((RepairEnd.Failed, "agent-not-responding"), (record.End, record.Failure));
    }

    [Fact]
    public async Task StaleJob_OfOurFolder_IsEndedAndForeignOnesAreNot()
    {
        Directory.CreateDirectory(_temp["run", "01dead"]);
        Vm.RunningBackupSocket = "/elsewhere.sock";
        Assert.Equal(RepairEnd.DidNotHelp, (await RunAsync("end-stale-jobs", () => false)).End);
        Assert.Empty(Vm.Calls);
        Vm.RunningBackupSocket = _temp["run", "01dead", "nbd.sock"];
        Assert.Equal(RepairEnd.Helped, (await new RepairRunner(new(_temp["other"], _temp["run"]), TimeProvider.System).RunAsync(
            HostUri.Default, Vm, RepairOrder.Of("end-stale-jobs")!, "a-cause", _ => Task.FromResult(true), CancellationToken.None)).End);
        Assert.Equal(["abort"], Vm.Calls);
        Assert.False(Directory.Exists(_temp["run", "01dead"]));
    }

    [Fact]
    public void EveryRepair_HasALevel()
    {
        Assert.Equal(["thaw", "remove-bitmaps", "end-stale-jobs", "hotplug-channel", "set-clock"], AllRepairs.Ids);
        Assert.Equal(["hotplug-channel", "set-clock"], AllRepairs.Ids.Where(id => !RepairOrder.Of(id)!.Safe));
        Assert.Null(RepairOrder.Of("reinstall-windows"));
    }
}
