namespace Stillpoint.Model;

/// <summary>The moment at which a clock on the wall shows a time. Later wall times never give earlier moments.</summary>
public static class WallTime
{
    /// <summary>The first such moment; for a time that was skipped, the moment of the change.</summary>
    public static DateTimeOffset Resolve(DateTime wall, TimeZoneInfo zone)
    {
        var (early, late) = Candidates(wall, zone);
        if (early is { } first) return first;
        return late ?? Change(wall, zone);
    }

    /// <summary>The second moment of a time that comes twice; null for all others.</summary>
    public static DateTimeOffset? Second(DateTime wall, TimeZoneInfo zone) => Candidates(wall, zone) is ({ } a, { } b) && a != b ? b : null;

    private static (DateTimeOffset? Early, DateTimeOffset? Late) Candidates(DateTime wall, TimeZoneInfo zone)
    {
        var (a, b) = Around(wall, zone);
        return (If(a > b ? a : b), If(a > b ? b : a));

        DateTimeOffset? If(TimeSpan offset)
        {
            var moment = new DateTimeOffset(DateTime.SpecifyKind(wall, DateTimeKind.Unspecified), offset).ToUniversalTime();
            return zone.GetUtcOffset(moment) == offset ? moment : null;
        }
    }

    /// <summary>The offsets a day before and after: no zone changes its clock twice in between.</summary>
    private static (TimeSpan Before, TimeSpan After) Around(DateTime wall, TimeZoneInfo zone)
    {
        var utc = new DateTimeOffset(DateTime.SpecifyKind(wall, DateTimeKind.Utc));
        return (zone.GetUtcOffset(utc.AddDays(-1)), zone.GetUtcOffset(utc.AddDays(1)));
    }

    private static DateTimeOffset Change(DateTime wall, TimeZoneInfo zone)
    {
        var utc = new DateTimeOffset(DateTime.SpecifyKind(wall, DateTimeKind.Utc));
        var (before, after) = (utc.AddDays(-1), utc.AddDays(1));
        var old = zone.GetUtcOffset(before);
        while (after - before > TimeSpan.FromSeconds(1))
        {
            var middle = before + (after - before) / 2;
            middle = middle.AddTicks(-(middle.Ticks % TimeSpan.TicksPerSecond));
            if (middle <= before) break;
            if (zone.GetUtcOffset(middle) == old) before = middle;
            else after = middle;
        }
        return after;
    }
}
