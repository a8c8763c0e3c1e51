using Stillpoint.Control.Planning;
using Stillpoint.Model;
using Xunit;

namespace Stillpoint.Control.Tests.Planning;

public sealed class PlannerTests
{
    private static readonly DateTimeOffset Day = new(2026, 11, 21, 0, 0, 0, TimeSpan.Zero);
    private static readonly PlanLimits One = new(1, 1, 1);
    private static readonly HashSet<string> NoneDown = [];

    [Fact]
    public void Plan_SeveralOnOneHost_FollowEachOtherWithoutOverlap()
    {
        var starts = Plan(Vms(6), [], Day);
        Assert.Equal(6, starts.Count);
        Assert.All(starts, s => Assert.True(s.Fits && s.At >= s.Window.Opens && s.At + s.Expected <= s.Window.Closes));
        Assert.All(starts.Zip(starts.Skip(1)), p => Assert.True(p.First.At + p.First.Expected <= p.Second.At));
    }

    [Fact]
    public void Plan_DuringTheNight_StaysThePlanOfTheEvening()
    {
        var vms = Vms(6);
        var evening = Plan(vms, [], Day.AddHours(1)).ToDictionary(s => s.Vm.Id, s => s.At);
        var first = evening.MinBy(s => s.Value);
        // The first took much longer than booked: that is learned from for the next night, not for this one.
        var runs = Runs(first.Key, new PastRun(first.Value, first.Value.AddHours(1), true));
        var night = Plan(vms, runs, first.Value.AddHours(1)).Where(s => s.Window.Opens < Day.AddDays(1)).ToList();
        Assert.Equal(5, night.Count);
        Assert.All(night, s => Assert.Equal(evening[s.Vm.Id], s.At));
    }

    [Fact]
    public void Plan_OneMoreVm_LeavesTheOthersWhereTheyWereIfThereIsRoom()
    {
        var vms = Vms(7);
        var limits = new PlanLimits(7, 7, 7);
        var before = Planner.Plan(vms[..6], NoHistory, limits, Day, Day.AddDays(1)).ToDictionary(s => s.Vm.Id, s => s.At);
        var after = Planner.Plan(vms, NoHistory, limits, Day, Day.AddDays(1));
        Assert.Equal(7, after.Count);
        Assert.All(after.Where(s => before.ContainsKey(s.Vm.Id)), s => Assert.Equal(before[s.Vm.Id], s.At));
    }

    [Fact]
    public void Plan_MoreThanTheWindowHolds_SaysWhichDoNotFitAndStillRunsThem()
    {
        var starts = Plan([.. Vms(10).Select(v => v with { Policy = Nightly("daily 01:00-02:00 UTC") })], [], Day);
        Assert.Equal((3, 7), (starts.Count(s => s.Fits), starts.Count(s => !s.Fits)));
        Assert.All(starts.Zip(starts.Skip(1)), p => Assert.True(p.First.At + p.First.Expected <= p.Second.At));
    }

    [Fact]
    public void Plan_AfterThreeMissedNights_CatchesUpOnce()
    {
        var starts = Plan(Vms(1, since: Day.AddDays(-3)), [], Day.AddHours(12), until: Day.AddHours(13));
        var start = Assert.Single(starts);
        Assert.Equal((StartKind.CatchUp, Day.AddHours(1)), (start.Kind, start.Window.Opens));
        Assert.Single(Planner.Due(starts, [], NoneDown, One, Day.AddHours(12)));
        var done = Runs(start.Vm.Id, new PastRun(Day.AddHours(12), Day.AddHours(12.2), true));
        Assert.Empty(Plan([start.Vm], done, Day.AddHours(13), until: Day.AddHours(14)));
    }

    [Fact]
    public void Plan_AfterFailures_TriesAgainAsOftenAsThePolicySays()
    {
        var vm = Vms(1)[0];
        PastRun Failed(double hour) => new(Day.AddHours(hour), Day.AddHours(hour + 0.1), false);
        var once = Assert.Single(Plan([vm], Runs(vm.Id, Failed(2)), Day.AddHours(2.2), until: Day.AddHours(3)));
        Assert.Equal((StartKind.Retry, Day.AddHours(2.1) + vm.Policy.RetryAfter), (once.Kind, once.At));
        Assert.Empty(Planner.Due([once], [], NoneDown, One, Day.AddHours(2.2)));
        Assert.Single(Plan([vm], Runs(vm.Id, Failed(2), Failed(2.5)), Day.AddHours(3), until: Day.AddHours(4)));
        Assert.Empty(Plan([vm], Runs(vm.Id, Failed(2), Failed(2.5), Failed(3)), Day.AddHours(4), until: Day.AddHours(5)));
    }

    [Fact]
    public void Plan_TwoSchedulesInOneNight_AreServedByOneRun()
    {
        var policy = new Policy("p") { Schedules = [ScheduleText.Parse("daily 01:00-05:00 UTC", "UTC"), ScheduleText.Parse("weekly sat 01:00-05:00 UTC", "UTC")] };
        Assert.Single(Plan([Vms(1)[0] with { Policy = policy }], [], Day, until: Day.AddDays(1)));
    }

    [Theory]
    [InlineData(1, 9, 9)]
    [InlineData(9, 1, 9)]
    [InlineData(9, 9, 1)]
    public void Due_MoreThanALimitAllows_StartsOnlySoMany(int perHost, int perStorage, int perVault)
    {
        var limits = new PlanLimits(perHost, perStorage, perVault);
        var vms = Vms(4);
        var plan = Planner.Plan(vms, NoHistory, limits, Day, Day.AddDays(1));
        var late = Day.AddHours(20);
        var first = Assert.Single(Planner.Due(plan, [], NoneDown, limits, late));
        Assert.Empty(Planner.Due(plan, [first.Vm], NoneDown, limits, late));
    }

    [Fact]
    public void Due_OnAHostOutOfReach_WaitsForItAndHoldsUpNobody()
    {
        var vms = Vms(2);
        vms[0] = vms[0] with { Host = "other" };
        var plan = Planner.Plan(vms, NoHistory, One, Day, Day.AddDays(1));
        var due = Planner.Due(plan, [], new HashSet<string> { "other" }, One, Day.AddHours(20));
        Assert.Equal(vms[1].Id, Assert.Single(due).Vm.Id);
    }

    private static Dictionary<VmId, IReadOnlyList<PastRun>> NoHistory => [];

    private static Dictionary<VmId, IReadOnlyList<PastRun>> Runs(VmId vm, params PastRun[] runs) => new() { [vm] = runs };

    private static List<PlannedVm> Vms(int count, DateTimeOffset? since = null) => [.. Enumerable.Range(1, count).Select(i =>
        new PlannedVm(new(new Guid(i, 0, 0, new byte[8])), $"vm{i}", "host", "storage", "vault", Nightly("daily 01:00-06:00 UTC"), since ?? Day))];

    private static Policy Nightly(string schedule) => new("p") { Schedules = [ScheduleText.Parse(schedule, "UTC")] };

    private static IReadOnlyList<PlannedStart> Plan(
        List<PlannedVm> vms, Dictionary<VmId, IReadOnlyList<PastRun>> history, DateTimeOffset now, DateTimeOffset? until = null) =>
        Planner.Plan(vms, history, One, now, until ?? Day.AddDays(1));
}
