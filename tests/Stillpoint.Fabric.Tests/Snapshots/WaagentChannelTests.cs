using Stillpoint.Fabric.Tests.Agent;
using Stillpoint.Fabric.Tests.Goals;
using Stillpoint.Fabric.Tests.Hosting;
using Stillpoint.Model;
using Xunit;
using static Stillpoint.Fabric.Tests.Snapshots.SimulatedGuest;

namespace Stillpoint.Fabric.Tests.Snapshots;

/// <summary>The channel against the service, with a guest that does as each case says.</summary>
public sealed class WaagentChannelTests : IAsyncLifetime
{
    private static readonly WaagentTimes Times = new(TimeSpan.FromSeconds(20), TimeSpan.FromSeconds(20), TimeSpan.FromSeconds(20), TimeSpan.FromSeconds(20));
    private static readonly WaagentTimes Hasty = new(TimeSpan.FromMilliseconds(1), TimeSpan.FromMilliseconds(1), TimeSpan.FromMilliseconds(1), TimeSpan.FromMilliseconds(1));
    private readonly List<string> _calls = [];
    private FabricUnderTest _service = null!;
    private SimulatedGuest _guest = null!;
    private string _package = "";

    public async ValueTask InitializeAsync()
    {
        _service = await FabricUnderTest.StartAsync();
        _guest = new(_service, Samples.Vm);
        _package = _service.Folder["Stillpoint.VMSnapshot-1.0.zip"];
        await File.WriteAllBytesAsync(_package, TestHandler.Package().ToArray());
    }

    public async ValueTask DisposeAsync()
    {
        _guest.Dispose();
        await _service.DisposeAsync();
    }

    [Theory, InlineData(true), InlineData(false)]
    public async Task Snapshot_WithAGuestThatDoesItsPart_IsFileSystemConsistent(bool hasQga)
    {
        var (result, codes) = await RunAsync(hasQga, guest: async uri =>
        {
            var ready = await _guest.CallAsync(uri, "presnapshot");
            _calls.Add("frozen");
            var taken = await _guest.CallAsync(uri, "dosnapshot");
            _calls.Add("thawed");
            return [ready, taken, await _guest.CallAsync(uri, "status", Report())];
        });
        Assert.Equal([200, 200, 201], codes);
        Assert.Equal((7, Consistency.FileSystem, null, 2, 2, GuardVerdict.DidNotFire), (result.Value, result.Reached, result.Reason, result.FrozenFileSystems, result.ThawedFileSystems, result.Guard));
        Assert.Equal(TimeSpan.FromMilliseconds(240), result.Frozen);
        // The journal and the warden know before the guest may freeze; where nobody can thaw over qga there is nothing for them to do.
        Assert.Equal(hasQga ? ["opening", "frozen", "begin", "thawed", "closed"] : ["frozen", "begin", "thawed"], _calls);
    }

    /// <summary>Code, frozen, thawed, guard, answered before the thaw; why the point is crash consistent.</summary>
    [Theory]
    [InlineData(1, 2, 2, "fired", true, FailureCode.GuardFired), InlineData(1, 2, 2, "unknown", true, FailureCode.GuardFired), InlineData(1, 2, 1, "clean", true, FailureCode.ThawCountMismatch)]
    [InlineData(1, 2, 2, "clean", false, FailureCode.BeginOutlivedFreeze), InlineData(76, 2, 2, "clean", false, FailureCode.BeginOutlivedFreeze)]
    [InlineData(1, 0, 0, "clean", true, FailureCode.ThawCountMismatch), InlineData(2, 2, 2, "clean", true, FailureCode.ExtensionFailed)]
    public async Task Report_ThatSaysLess_LowersThePoint(int code, int frozen, int thawed, string guard, bool answered, FailureCode expected)
    {
        var (result, _) = await RunAsync(true, guest: async uri =>
        [
            await _guest.CallAsync(uri, "presnapshot"), await _guest.CallAsync(uri, "dosnapshot"), await _guest.CallAsync(uri, "status", Report(code, frozen, thawed, guard, answered)),
        ]);
        Assert.Equal((7, Consistency.Crash, expected), (result.Value, result.Reached, result.Reason?.Code));
        Assert.Single(_calls, "begin");
    }

    [Fact]
    public async Task Report_ThatNeverComes_LeavesTheFreezeOpenForWhoeverThaws()
    {
        var (result, _) = await RunAsync(true, Times with { Report = TimeSpan.FromMilliseconds(1) }, guest: async uri => [await _guest.CallAsync(uri, "presnapshot"), await _guest.CallAsync(uri, "dosnapshot")]);
        Assert.Equal((Consistency.Crash, FailureCode.GuardFired, GuardVerdict.Unknown), (result.Reached, result.Reason?.Code, result.Guard));
        Assert.Equal(["opening", "begin"], _calls);
    }

    [Fact]
    public async Task Report_LostButToldByTheAgent_IsTaken()
    {
        var (result, _) = await RunAsync(true, guest: async uri =>
        {
            int[] codes = [await _guest.CallAsync(uri, "presnapshot"), await _guest.CallAsync(uri, "dosnapshot")];
            await _guest.StatusAsync(1, "done");
            return codes;
        });
        Assert.Equal((Consistency.FileSystem, null), (result.Reached, result.Reason));
        Assert.Equal("closed", _calls[^1]);
    }

    [Fact]
    public async Task Guest_ThatIsLetFreezeAndDies_HasACrashConsistentPointAndNoOtherFreeze()
    {
        var (result, _) = await RunAsync(true, Times with { Asking = TimeSpan.Zero, Report = TimeSpan.FromMilliseconds(1) }, guest: async uri => [await _guest.CallAsync(uri, "presnapshot")], limit: TimeSpan.FromMilliseconds(1));
        Assert.Equal((7, Consistency.Crash, FailureCode.GuardFired), (result.Value, result.Reached, result.Reason?.Code));
        Assert.Equal(["opening", "begin"], _calls);
    }

    [Theory, InlineData(121, FailureCode.FreezeFailed), InlineData(122, FailureCode.FreezeTimedOut), InlineData(123, FailureCode.FreezeFailed)]
    public async Task Freeze_ThatFailsInTheGuest_IsToldAsSuch(int code, FailureCode expected)
    {
        var (result, _) = await RunAsync(true, guest: async uri => [await _guest.CallAsync(uri, "presnapshot"), await _guest.CallAsync(uri, "status", Report(code, 1, 1, "clean", false))]);
        Assert.Equal((7, Consistency.Crash, expected), (result.Value, result.Reached, result.Reason?.Code));
        Assert.Equal(["opening", "closed", "begin"], _calls);
    }

    [Fact]
    public async Task Begin_ThatFails_IsToldToTheGuestAndToTheCaller()
    {
        var failure = new FailureException(FailureCode.HostRefused, Stage.Begin);
        var guest = GuestAsync(async uri => [await _guest.CallAsync(uri, "presnapshot"), await _guest.CallAsync(uri, "dosnapshot"), await _guest.CallAsync(uri, "status", Report(556, 2, 2, "clean", false))]);
        await using var channel = Channel(true, Times);
        var thrown = await Assert.ThrowsAsync<FailureException>(() => channel.WhileFrozenAsync<int>(Request(), new FakeQga(_calls), _ => throw failure, CancellationToken.None));
        Assert.Same(failure, thrown);
        var codes = await guest;
        Assert.Equal([200, 409, 201], codes);
        Assert.Equal(["opening", "closed"], _calls);
    }

    [Fact]
    public async Task Agent_ThatIsSilent_HasTheOtherChannelTakenAndAWarning()
    {
        var (result, _) = await RunAsync(true, Hasty);
        Assert.Equal((7, Consistency.FileSystem, null), (result.Value, result.Reached, result.Reason));
        Assert.Equal([FailureCode.AzureAgentSilent], result.Warnings.Select(w => w.Code));
        Assert.Equal(["qga", "begin"], _calls);
        // Who calls now is too late.
        Assert.Equal(410, await _guest.CallAsync(await _guest.InvitedAsync("job-1"), "presnapshot"));
    }

    /// <summary>Nobody is told at an address that may be another VM's by now.</summary>
    [Fact]
    public async Task Vm_WhoseAddressIsNotFound_IsToldNothing()
    {
        var unknown = Failure.Of(FailureCode.GuestAddressNotFound, Stage.Preflight, ("vm", "web 1"));
        await using var channel = new WaagentChannel(
            new(_service.Folder["sock"]), new(_service.Folder["sock"], [], _package) { Found = true }, Samples.Vm, "web 1", ["vda"], new FakeQga(_calls), true, TimeProvider.System, Times, unknown);
        Assert.Equal([FailureCode.GuestAddressNotFound], (await channel.WhileFrozenAsync(Request(), new FakeQga(_calls), Begin, CancellationToken.None)).Warnings.Select(w => w.Code));
        Assert.Equal(["qga", "begin"], _calls);
        Assert.Equal(FailureCode.VmNotFound, (await Assert.ThrowsAsync<FailureException>(() => _service.Client.GetVmAsync(Samples.Vm, CancellationToken.None))).Failure.Code);
    }

    [Fact]
    public async Task Agent_ThatIsSilentWithoutAnother_HasACrashConsistentPoint()
    {
        var (result, _) = await RunAsync(false, Hasty);
        Assert.Equal((7, Consistency.Crash, FailureCode.AzureAgentSilent), (result.Value, result.Reached, result.Reason?.Code));
        Assert.Equal(["begin"], _calls);
    }

    [Fact]
    public async Task Agent_ThatIsSilentUnderAStrictPolicy_HasNoPoint()
    {
        await using var channel = Channel(false, Hasty);
        var thrown = await Assert.ThrowsAsync<FailureException>(() => channel.WhileFrozenAsync(Request() with { StepDown = false }, new FakeQga(_calls), Begin, CancellationToken.None));
        Assert.Equal((FailureCode.ConsistencyNotReached, "azure-agent-silent"), (thrown.Failure.Code, thrown.Failure.Arguments["reason"]));
        Assert.Empty(_calls);
    }

    [Fact]
    public async Task Extension_ThatCannotReachTheEndpoint_IsKnownByTheAgentsReport()
    {
        var (result, _) = await RunAsync(false, guest: async _ =>
        {
            await _guest.StatusAsync(76, "presnapshot: no route");
            return [];
        });
        Assert.Equal((Consistency.Crash, FailureCode.ExtensionFailed, "76"), (result.Reached, result.Reason!.Code, result.Reason.Arguments["code"]));
        Assert.Contains("no route", result.Reason.Evidence[0].Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Extension_ThatNeverCalls_IsNotWaitedForWithoutEnd()
    {
        var (result, _) = await RunAsync(false, Times with { Start = TimeSpan.FromMilliseconds(1) });
        Assert.Equal((Consistency.Crash, FailureCode.ExtensionSilent), (result.Reached, result.Reason!.Code));
    }

    [Fact]
    public async Task Service_ThatIsNotThere_IsSaid()
    {
        await using var channel = new WaagentChannel(
            new(_service.Folder["nobody"]), new(_service.Folder["nobody"], [_guest.Address], _package), Samples.Vm, "web 1", ["vda"], new FakeQga(_calls), false, TimeProvider.System, Times);
        var result = await channel.WhileFrozenAsync(Request(), new FakeQga(_calls), Begin, CancellationToken.None);
        Assert.Equal((Consistency.Crash, FailureCode.FabricNotAnswering), (result.Reached, result.Reason!.Code));
    }

    [Fact]
    public async Task Consistency_OfApplications_IsNotPromised()
    {
        await using var channel = Channel(true, Times);
        var strict = Request() with { Wanted = Consistency.Application, StepDown = false };
        var thrown = await Assert.ThrowsAsync<FailureException>(() => channel.WhileFrozenAsync(strict, new FakeQga(_calls), Begin, CancellationToken.None));
        Assert.Equal("scripts-not-over-channel", thrown.Failure.Arguments["reason"]);
        var crash = await channel.WhileFrozenAsync(Request() with { Wanted = Consistency.Crash }, new FakeQga(_calls), Begin, CancellationToken.None);
        Assert.Equal((7, Consistency.Crash, null), (crash.Value, crash.Reached, crash.Reason));
        Assert.Equal(["begin"], _calls);
    }

    [Fact]
    public async Task Check_OfAVm_TellsWhetherItsAgentAsks()
    {
        await using var channel = Channel(false, Times);
        Assert.Equal(FailureCode.AzureAgentSilent, (await channel.CheckAsync(Request(), CancellationToken.None)).Reason?.Code);
        await _service.Client.PutGoalAsync(Samples.Vm, Samples.Request(_guest.Address, TestHandler.Name, "1.0.0", settings: """{"taskId":"x"}""", secret: """{"snapshotUri":"http://x"}"""), CancellationToken.None);
        await _guest.InvitedAsync("x");
        Assert.Equal((Consistency.FileSystem, null), (await channel.CheckAsync(Request(), CancellationToken.None)) is var check ? (check.Reachable, check.Reason) : default);
    }

    private static FreezeRequest Request() => new(Consistency.FileSystem, true, TimeSpan.FromSeconds(20), GuardRule.Require, "job-1");

    private WaagentChannel Channel(bool hasQga, WaagentTimes times) => new(
        new(_service.Folder["sock"]), new(_service.Folder["sock"], [_guest.Address], _package), Samples.Vm, "web 1", ["vda"], new FakeQga(_calls), hasQga, TimeProvider.System, times);

    private Task<int> Begin(CancellationToken ct)
    {
        _calls.Add("begin");
        return Task.FromResult(7);
    }

    private async Task<int[]> GuestAsync(Func<string, Task<int[]>> guest) => await guest(await _guest.InvitedAsync("job-1"));

    private async Task<(FrozenResult<int> Result, int[] Codes)> RunAsync(bool hasQga, WaagentTimes? times = null, Func<string, Task<int[]>>? guest = null, TimeSpan? limit = null)
    {
        await using var channel = Channel(hasQga, times ?? Times);
        var running = guest is null ? Task.FromResult<int[]>([]) : GuestAsync(guest);
        var result = await channel.WhileFrozenAsync(limit is { } shorter ? Request() with { Limit = shorter } : Request(), new FakeQga(_calls), Begin, CancellationToken.None);
        return (result, await running);
    }
}
