using Stillpoint.Control.Alerts;
using Stillpoint.Control.Catalog;
using Stillpoint.Control.Tests.Fakes;
using Stillpoint.Model;
using Stillpoint.TestKit;
using Stillpoint.Vault;
using Xunit;

namespace Stillpoint.Control.Tests.Alerts;

public sealed class AlertLifeTests : IDisposable
{
    private readonly TempFolder _temp = new();
    private readonly ManualClock _clock = new();
    private readonly StillpointControl _control;
    private readonly List<FakeVm> _vms = [FakeVm.Numbered(1, "web1")];
    private int _number;

    public AlertLifeTests()
    {
        _control = StillpointControl.Open(new(_temp.Path), new FakeEngine(), _clock);
        _control.Policies.Add(new("nightly") { Objective = TimeSpan.FromHours(26) });
    }

    public void Dispose()
    {
        _control.Dispose();
        _temp.Dispose();
    }

    [Fact]
    public async Task Objective_MissedWithoutAnyJob_IsRaisedOnceSeenAgainAndClearedByAPoint()
    {
        await ProtectAsync();
        _clock.Advance(TimeSpan.FromHours(26));
        Assert.Empty(await LookAsync());
        _clock.Advance(TimeSpan.FromMinutes(1));
        var raised = Assert.Single(await LookAsync());
        Assert.Equal((AlertKind.ObjectiveMissed, "web1", "26"), (raised.Condition.Kind, raised.Condition.Name, raised.Condition.Arguments["hours"]));
        _clock.Advance(TimeSpan.FromHours(1));
        var still = Assert.Single(await LookAsync());
        Assert.Equal((raised.Id, raised.Raised, _clock.GetUtcNow()), (still.Id, still.Raised, still.Seen));
        Point(Consistency.FileSystem, 1);
        Assert.Empty(await LookAsync());
        Assert.Equal((raised.Id, _clock.GetUtcNow()), (_control.Alerts.List(all: true).Single().Id, _control.Alerts.List(all: true).Single().Cleared));
        _clock.Advance(TimeSpan.FromHours(27));
        Assert.NotEqual(raised.Id, Assert.Single(await LookAsync()).Id);
    }

    [Fact]
    public async Task Clear_ByHand_HushesItUntilItsReasonHasBeenAway()
    {
        await ProtectAsync();
        Job(JobState.Failed, Failure.Of(FailureCode.VaultFull, Stage.Store));
        var alert = Assert.Single(await LookAsync());
        Assert.Equal((AlertKind.JobFailed, "vault-full"), (alert.Condition.Kind, alert.Condition.Arguments["reason"]));
        _control.Alerts.Clear(alert.Id);
        Assert.Empty(await LookAsync());
        Assert.Equal(FailureCode.AlertNotFound, Assert.Throws<FailureException>(() => _control.Alerts.Clear(alert.Id)).Failure.Code);
        Job(JobState.Completed);
        Assert.Empty(await LookAsync());
        Job(JobState.Failed, Failure.Of(FailureCode.VaultFull, Stage.Store));
        Assert.NotEqual(alert.Id, Assert.Single(await LookAsync()).Id);
    }

    [Fact]
    public async Task Consistency_LowerThreeTimesRunning_IsRaisedAndABetterPointClearsIt()
    {
        await ProtectAsync();
        Point(Consistency.Crash, 1);
        Point(Consistency.Crash, 1);
        Assert.Empty(await LookAsync());
        Point(Consistency.Crash, 1);
        Assert.Equal(AlertKind.ConsistencyLower, Assert.Single(await LookAsync()).Condition.Kind);
        Point(Consistency.FileSystem, 1);
        Assert.Empty(await LookAsync());
    }

    [Fact]
    public async Task ChangeRate_FarAboveTheMiddleOfThoseBefore_IsRaised()
    {
        await ProtectAsync();
        for (var i = 0; i < 5; i++) Point(Consistency.FileSystem, 100 << 20);
        Point(Consistency.FileSystem, 900L << 20);
        Assert.Empty(await LookAsync());
        Point(Consistency.FileSystem, 1100L << 20);
        Assert.Equal(AlertKind.ChangeRateUnusual, Assert.Single(await LookAsync()).Condition.Kind);
    }

    [Fact]
    public async Task Guest_FoundFrozenByTheNewestJob_IsRaised()
    {
        await ProtectAsync();
        var job = Job(JobState.CompletedWithWarnings);
        _control.Jobs.AddWarning(job, Failure.Of(FailureCode.FsFreezeLockHeld, Stage.Freeze));
        Assert.Equal(AlertKind.GuestFoundFrozen, Assert.Single(await LookAsync()).Condition.Kind);
        Job(JobState.Completed);
        Assert.Empty(await LookAsync());
    }

    [Fact]
    public async Task Damage_FoundByAVerification_StaysUntilSomebodyClearsIt()
    {
        var job = Job(JobState.CompletedWithWarnings, kind: JobKind.Verify);
        _control.Jobs.AddWarning(job, Failure.Of(FailureCode.VaultDamaged, Stage.Vault, ("object", "packs/x")));
        var alert = Assert.Single(await LookAsync());
        Assert.Equal(AlertKind.DamageFound, alert.Condition.Kind);
        Job(JobState.Completed, kind: JobKind.Verify);
        Assert.Equal(alert.Id, Assert.Single(await LookAsync()).Id);
        _control.Alerts.Clear(alert.Id);
        Assert.Empty(await LookAsync());
        var again = Job(JobState.CompletedWithWarnings, kind: JobKind.Verify);
        _control.Jobs.AddWarning(again, Failure.Of(FailureCode.VaultDamaged, Stage.Vault, ("object", "packs/x")));
        Assert.Single(await LookAsync());
    }

    [Fact]
    public async Task VmThatIsGoneOrUnprotected_HasNoAlert()
    {
        await ProtectAsync();
        _clock.Advance(TimeSpan.FromHours(27));
        Assert.Single(await LookAsync());
        _control.Protection.Unprotect(_vms[0].Id);
        Assert.Empty(await LookAsync());
    }

    [Theory]
    [InlineData(new long[] { 100, 90, 80 }, 8)]
    [InlineData(new long[] { 100, 100, 100 }, null)]
    [InlineData(new long[] { 80, 90, 100 }, null)]
    [InlineData(new long[] { 100, 90 }, null)]
    public void Forecast_OfSamplesADayApart_IsTheDayTheLineMeetsZero(long[] free, int? days)
    {
        // From noon: a tick more or less is the same day.
        var begin = new DateTimeOffset(2026, 11, 1, 12, 0, 0, TimeSpan.Zero);
        var samples = free.Select((f, i) => (begin.AddDays(i).ToUnixTimeMilliseconds(), f)).ToList();
        Assert.Equal(days is { } d ? begin.AddDays(free.Length - 1 + d).Date : null, SpaceForecast.FullAt(samples)?.Date);
    }

    private Task ProtectAsync() => _control.ProtectAsync(FakeHost.Of(_vms), "web1", "nightly", CancellationToken.None);

    private async Task<IReadOnlyList<Alert>> LookAsync()
    {
        await _control.AlertWatch.LookAsync(_temp["vault"], a => a.Condition.Name, f => Assert.Fail(f.ToString()), CancellationToken.None);
        return _control.Alerts.List(all: false);
    }

    private JobId Job(JobState state, Failure? failure = null, JobKind kind = JobKind.Backup)
    {
        _clock.Advance(TimeSpan.FromSeconds(1));
        var id = JobId.New(_clock);
        VmId? vm = kind is JobKind.Backup ? _vms[0].Id : null;
        _control.Jobs.Add(new(id, kind, JobState.Running, vm, "web1", "", _temp["vault"], null, _clock.GetUtcNow(), null, 0, 0, null, "x", 0));
        _control.Jobs.End(id, state, _clock.GetUtcNow(), null, 0, 0, failure);
        return id;
    }

    private void Point(Consistency consistency, long stored)
    {
        _clock.Advance(TimeSpan.FromSeconds(1));
        var id = new byte[16];
        id[15] = (byte)++_number;
        _control.Places.PointMade(
            new(new(Ulid.FromBytes(id)), _vms[0].Id, "web1", _clock.GetUtcNow(), consistency, null, null, null, [], [], stored), new VaultId(Guid.Empty), JobId.New(_clock));
    }
}
