using Stillpoint.Control.Tests.Fakes;
using Stillpoint.Control.Workers;
using Stillpoint.Engine.Capture;
using Stillpoint.Hypervisor;
using Stillpoint.Model;
using Stillpoint.TestKit;
using Stillpoint.Vault;
using Xunit;

namespace Stillpoint.Control.Tests;

public sealed class StillpointControlTests : IDisposable
{
    private readonly TempFolder _temp = new();
    private readonly FakeEngine _engine = new();
    private readonly StillpointControl _control;
    private readonly VaultAccess _vault = new("/v", VaultSecret.FromPassphrase("x"));

    public StillpointControlTests() => _control = StillpointControl.Open(new(_temp.Path), _engine, TimeProvider.System);

    public void Dispose()
    {
        _control.Dispose();
        _temp.Dispose();
    }

    [Fact]
    public async Task BackUp_OfAVm_IsAJobWithItsPlaces()
    {
        var outcome = await RunAsync(Order());
        Assert.Equal(JobState.Completed, outcome.State);
        var job = _control.Jobs.List(FakeHost.VmName, 1).Single();
        Assert.Equal((outcome.Job, outcome.Result!.Point.Id.ToString(), "/v"), (job.Id, job.Point, job.Vault));
        Assert.Equal("qemu:///system", _control.Places.Hosts.Single().Uri);
    }

    [Fact]
    public async Task BackUp_OfAnUnknownVm_BeginsNoJob()
    {
        var e = await Assert.ThrowsAsync<FailureException>(() => RunAsync(Order() with { Vm = "nobody" }));
        Assert.Equal(FailureCode.VmNotFound, e.Failure.Code);
        Assert.Empty(_control.Jobs.List(null, 9));
    }

    [Fact]
    public async Task BackUp_PolicyOutOfRange_BeginsNoJob()
    {
        var order = Order() with { Policy = CapturePolicy.Default with { FreezeLimit = TimeSpan.FromSeconds(61) } };
        var e = await Assert.ThrowsAsync<FailureException>(() => RunAsync(order));
        Assert.Equal((FailureCode.UsageInvalid, "freeze-limit"), (e.Failure.Code, e.Failure.Arguments["option"]));
        Assert.Empty(_engine.Backups);
    }

    [Fact]
    public async Task BackUp_SameVmFromAnotherControlOfTheFolder_IsRefused()
    {
        using var other = StillpointControl.Open(new(_temp.Path), new FakeEngine(), TimeProvider.System);
        _engine.Capture = async (order, _, ct) =>
        {
            var e = await Assert.ThrowsAsync<FailureException>(() => other.BackUpAsync(FakeHost.New(), _vault, Order(), new SilentEvents(), ct));
            Assert.Equal(FailureCode.VmBackupRunning, e.Failure.Code);
            return FakeEngine.Result(order);
        };
        Assert.Equal(JobState.Completed, (await RunAsync(Order())).State);
        Assert.Single(_control.Jobs.List(null, 9));
    }

    private static BackupOrder Order() => new(JobId.New(TimeProvider.System), FakeHost.VmName, CapturePolicy.Default, new HashSet<string>());

    private Task<JobOutcome<CaptureResult>> RunAsync(BackupOrder order) =>
        _control.BackUpAsync(FakeHost.New(), _vault, order, new SilentEvents(), CancellationToken.None);
}
