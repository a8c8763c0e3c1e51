using FsCheck;
using FsCheck.Fluent;
using Xunit;

namespace Stillpoint.Model.Tests.Schedules;

/// <summary>What must hold for every schedule in every zone of the machine; FsCheck prints the seed of what fails.</summary>
public sealed class ScheduleProperties
{
    private static readonly string[] Zones =
        ["Europe/Amsterdam", "America/Sao_Paulo", "Asia/Shanghai", "Australia/Lord_Howe", "America/New_York", "Africa/Casablanca", "Europe/Dublin", "Pacific/Apia", "Asia/Kathmandu", "UTC"];

    private static readonly DateTimeOffset Epoch = new(2011, 1, 1, 0, 0, 0, TimeSpan.Zero);

    [Fact]
    public void Between_AnySchedule_IsAscendingWithinItsBoundsAndOpenForAWhile() => ForAny((schedule, from, until) =>
    {
        var all = schedule.Between(from, until).ToList();
        return all.All(o => o.Opens >= from && o.Opens < until && o.Closes > o.Opens && o.Closes - o.Opens <= TimeSpan.FromHours(49)) &&
            all.Zip(all.Skip(1)).All(p => p.First.Opens < p.Second.Opens);
    });

    [Fact]
    public void Between_TwoHalves_AreTheWhole() => ForAny((schedule, from, until) =>
    {
        var middle = from + (until - from) / 3;
        return schedule.Between(from, middle).Concat(schedule.Between(middle, until)).SequenceEqual(schedule.Between(from, until));
    });

    /// <summary>The clock shows the window's beginning whenever one opens, unless that was skipped: then the hour before it had another offset.</summary>
    [Fact]
    public void Between_Daily_OpensAtItsTimeOrAtTheChange() => ForAny((schedule, from, until) =>
    {
        var zone = TimeZoneInfo.FindSystemTimeZoneById(schedule.Zone);
        return schedule.Kind is ScheduleKind.Hourly || schedule.Between(from, until).All(o =>
            TimeOnly.FromTimeSpan(TimeZoneInfo.ConvertTime(o.Opens, zone).TimeOfDay) == schedule.From ||
            zone.GetUtcOffset(o.Opens.AddSeconds(-1)) < zone.GetUtcOffset(o.Opens));
    });

    /// <summary>Nothing skipped, nothing doubled: as many runs as there are dates.</summary>
    [Fact]
    public void Between_Daily_HasOneForEveryDate() => ForAny((schedule, from, until) =>
    {
        if (schedule.Kind is not ScheduleKind.Daily || schedule.Zone is "Pacific/Apia") return true;
        var zone = TimeZoneInfo.FindSystemTimeZoneById(schedule.Zone);
        var dates = schedule.Between(from, until).Select(o => TimeZoneInfo.ConvertTime(o.Opens, zone).Date).ToList();
        return dates.Zip(dates.Skip(1)).All(p => p.Second - p.First == TimeSpan.FromDays(1));
    });

    private static void ForAny(Func<Schedule, DateTimeOffset, DateTimeOffset, bool> holds) => Prop.ForAll(
        ArbMap.Default.ArbFor<(byte Kind, byte Zone, ushort From, ushort Length, ushort Start, byte Days)>(),
        t =>
        {
            var kind = (ScheduleKind)(t.Kind % 5);
            var every = new[] { 1, 2, 3, 4, 6, 8, 12 }[t.Kind / 5 % 7];
            var hours = kind is ScheduleKind.Hourly ? every : 24;
            var schedule = new Schedule(kind, new TimeOnly(0).AddMinutes(t.From % (hours * 60)), TimeSpan.FromMinutes(1 + t.Length % (hours * 60)), Zones[t.Zone % Zones.Length])
            {
                EveryHours = every, Days = (Weekdays)(1 + t.Kind % 127), Day = 1 + t.From % 31, Month = 1 + t.Length % 12,
            };
            var from = Epoch.AddHours(t.Start * 3.0);
            return holds(schedule, from, from.AddDays(20 + t.Days));
        }).Check(Config.QuickThrowOnFailure.WithMaxTest(300));
}
