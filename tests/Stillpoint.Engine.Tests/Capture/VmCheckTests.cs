using Stillpoint.Engine.Capture;
using Stillpoint.Engine.Tests.Fakes;
using Stillpoint.Hypervisor;
using Stillpoint.Model;
using Stillpoint.TestKit;
using Xunit;

namespace Stillpoint.Engine.Tests.Capture;

public sealed class VmCheckTests : IDisposable
{
    private static readonly DomainDisk Vda = new("vda", "disk", DiskSourceKind.File, "qcow2", "/v/a.qcow2", false, false, null);
    private static readonly DomainDisk Sda = new(
        "sda", "cdrom", DiskSourceKind.None, "raw", null, false, true, Failure.Of(FailureCode.DiskUnsupported, Stage.Reconcile, ("disk", "sda"), ("reason", "cdrom")));

    private readonly TempFolder _temp = new();
    private readonly FakeDomain _domain = new(new()) { Config = new("<domain/>", [Vda, Sda], null, null, null, false, true) };

    public void Dispose() => _temp.Dispose();

    [Fact]
    public async Task Check_EverythingThere_IsFileSystemConsistentWithDisksAndTheirReasons()
    {
        _domain.Channel = new Channel(null);
        var report = await RunAsync();
        Assert.Equal((Consistency.FileSystem, null, null), (report.Reachable, report.Blocked, report.Lower));
        Assert.Equal([("vda", true, true), ("sda", false, false)], report.Disks.Select(d => (d.Name, d.InBackup, d.Tracked)));
        Assert.Empty(_domain.Calls);
    }

    [Fact]
    public async Task Check_NoFreezePossible_IsCrashWithTheReason()
    {
        _domain.Channel = new Channel(Failure.Of(FailureCode.GuardNotPossible, Stage.Guard, ("vm", "web1")));
        var report = await RunAsync();
        Assert.Equal((Consistency.Crash, FailureCode.GuardNotPossible), (report.Reachable, report.Lower?.Code));
    }

    [Fact]
    public async Task Check_ScriptsInTheGuest_IsApplicationConsistent()
    {
        _domain.Channel = new Channel(null, Consistency.Application);
        Assert.Equal((Consistency.Application, null), ((await RunAsync()).Reachable, (await RunAsync()).Lower));
    }

    [Fact]
    public async Task Check_ScriptsThatAreRefused_NamesThem()
    {
        _domain.Channel = new Channel(null, scripts: Failure.Of(FailureCode.GuestScriptRefused, Stage.Preflight, ("path", "/etc/stillpoint/pre-freeze.d/10")));
        var report = await RunAsync();
        Assert.Equal((Consistency.FileSystem, FailureCode.GuestScriptRefused), (report.Reachable, Assert.Single(report.LeftOut).Code));
    }

    [Fact]
    public async Task Check_PoweredOff_IsCrashAndAsksNoAgent()
    {
        _domain.Power = PowerState.Off;
        var report = await RunAsync();
        Assert.Equal((Consistency.Crash, FailureCode.VmPoweredOff), (report.Reachable, report.Lower?.Code));
    }

    [Fact]
    public async Task Check_AnotherJobRuns_IsBlockedAndNoGuardIsStarted()
    {
        _domain.RunningBackupSocket = "/somebody/elses.sock";
        var report = await RunAsync();
        Assert.Equal((null, FailureCode.VmBusyWithOtherJob, null), (report.Reachable, report.Blocked?.Code, report.Lower));
    }

    [Fact]
    public async Task Check_NothingToBackUp_IsBlocked()
    {
        _domain.Config = _domain.Config with { Disks = [Sda] };
        var report = await RunAsync();
        Assert.Equal((null, FailureCode.VmHasNoDisks), (report.Reachable, report.Blocked?.Code));
    }

    [Fact]
    public async Task Check_InternalSnapshots_TracksNothing()
    {
        (_domain.Channel, _domain.InternalSnapshots) = (new Channel(null), true);
        var report = await RunAsync();
        Assert.True(report.InternalSnapshots);
        Assert.DoesNotContain(report.Disks, d => d.Tracked);
    }

    private Task<VmCheckReport> RunAsync() =>
        new VmCheck(new(_temp.Path, _temp["run"]), TimeProvider.System).RunAsync(_domain, CapturePolicy.Default, "token", CancellationToken.None);

    private sealed class Channel(Failure? reason, Consistency reachable = Consistency.FileSystem, Failure? scripts = null) : IGuestChannel
    {
        public Task<FreezeCheck> CheckAsync(FreezeRequest request, CancellationToken ct) =>
            Task.FromResult(new FreezeCheck(reason is null ? reachable : Consistency.Crash, reason, scripts));

        public Task<GuestLoad?> MeasureLoadAsync(TimeSpan over, CancellationToken ct) => throw new InvalidOperationException("nobody waits here");

        public Task<IReadOnlyList<ScriptRun>> FinishScriptsAsync(string token, CancellationToken ct) =>
            throw new InvalidOperationException("a check has no scripts to finish");

        public Task<FrozenResult<T>> WhileFrozenAsync<T>(
            FreezeRequest request, IFreezeWatch watch, Func<CancellationToken, Task<T>> begin, CancellationToken ct) =>
            throw new InvalidOperationException("a check freezes nothing");

        public ValueTask DisposeAsync() => ValueTask.CompletedTask;
    }
}
