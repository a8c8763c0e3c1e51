namespace Stillpoint.Model;

public enum ScheduleKind
{
    Hourly,
    Daily,
    Weekly,
    Monthly,
    Yearly,
}

[Flags]
public enum Weekdays
{
    None = 0,
    Mon = 1,
    Tue = 2,
    Wed = 4,
    Thu = 8,
    Fri = 16,
    Sat = 32,
    Sun = 64,
}

/// <summary>One run that a schedule asks for: it is to start, and better end, between the two moments.</summary>
public readonly record struct Occurrence(DateTimeOffset Opens, DateTimeOffset Closes);

/// <summary>
/// When points are wanted: a window that comes back, in the clock of a place. A window whose beginning is skipped by a change of the clock opens at the
/// moment of the change; one whose beginning comes twice opens at the first. Immutable.
/// </summary>
/// <param name="From">The window's beginning; of an hourly schedule, that of the day's first window.</param>
/// <param name="Length">By the clock on the wall; more than 0, at most 24 h, and for hourly ones at most <see cref="EveryHours"/>.</param>
/// <param name="Zone">An IANA time zone.</param>
public sealed record Schedule(ScheduleKind Kind, TimeOnly From, TimeSpan Length, string Zone)
{
    /// <summary>Of hourly ones: 1, 2, 3, 4, 6, 8 or 12, so that every day is the same.</summary>
    public int EveryHours { get; init; } = 1;

    /// <summary>Of weekly ones.</summary>
    public Weekdays Days { get; init; }

    /// <summary>Of monthly and yearly ones, 1 to 31; in a shorter month its last day.</summary>
    public int Day { get; init; }

    /// <summary>Of yearly ones, 1 to 12.</summary>
    public int Month { get; init; }

    /// <summary>Those that open at or after <paramref name="from"/> and before <paramref name="until"/>, in order, none twice.</summary>
    public IEnumerable<Occurrence> Between(DateTimeOffset from, DateTimeOffset until)
    {
        var zone = TimeZoneInfo.FindSystemTimeZoneById(Zone);
        // A day early: a whole day that was skipped opens in the next one.
        var date = TimeZoneInfo.ConvertTime(from, zone).Date.AddDays(-1);
        var last = DateTimeOffset.MinValue;
        while (date < DateTime.MaxValue.Date.AddDays(-3))
        {
            if (WallTime.Resolve(date, zone) >= until) yield break;
            if (Falls(date))
            {
                foreach (var occurrence in On(date, zone))
                {
                    if (occurrence.Opens >= until || occurrence.Opens < from || occurrence.Opens <= last) continue;
                    last = occurrence.Opens;
                    yield return occurrence;
                }
            }
            date = date.AddDays(1);
        }
    }

    public override string ToString() => ScheduleText.Write(this);

    private bool Falls(DateTime date) => Kind switch
    {
        ScheduleKind.Weekly => Days.HasFlag((Weekdays)(1 << (((int)date.DayOfWeek + 6) % 7))),
        ScheduleKind.Monthly => date.Day == Math.Min(Day, DateTime.DaysInMonth(date.Year, date.Month)),
        ScheduleKind.Yearly => date.Month == Month && date.Day == Math.Min(Day, DateTime.DaysInMonth(date.Year, date.Month)),
        _ => true,
    };

    private IEnumerable<Occurrence> On(DateTime date, TimeZoneInfo zone)
    {
        if (Kind is not ScheduleKind.Hourly)
        {
            yield return Window(date + From.ToTimeSpan(), zone);
            yield break;
        }
        for (var hour = From.Hour % EveryHours; hour < 24; hour += EveryHours)
        {
            var window = Window(date + new TimeSpan(hour, From.Minute, 0), zone);
            yield return window;
            // An hour that comes twice is two hours: a point every hour means both of them.
            if (EveryHours == 1 && WallTime.Second(date + new TimeSpan(hour, From.Minute, 0), zone) is { } again && again - window.Opens >= TimeSpan.FromHours(1))
                yield return new(again, again + Length);
        }
    }

    private Occurrence Window(DateTime wall, TimeZoneInfo zone)
    {
        var opens = WallTime.Resolve(wall, zone);
        var closes = WallTime.Resolve(wall + Length, zone);
        // A window that lies wholly in what was skipped keeps its length; an hourly one never outlasts its hours because one came twice.
        return new(opens, closes <= opens || Kind is ScheduleKind.Hourly ? opens + Length : closes);
    }
}
