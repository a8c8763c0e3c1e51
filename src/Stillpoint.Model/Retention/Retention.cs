namespace Stillpoint.Model;

/// <summary>Why retention keeps a point.</summary>
public enum KeepReason
{
    Last,
    Hourly,
    Daily,
    Weekly,
    Monthly,
    Yearly,

    /// <summary>The series' newest whole point: never removed.</summary>
    NewestWhole,

    /// <summary>The newest whole point of the highest rank: never removed.</summary>
    NewestOfHighestRank,
    Immutable,

    /// <summary>Its time lies ahead of now: a clock was wrong. It is kept and takes nobody's place.</summary>
    Future,
}

/// <param name="Rank">Higher is worth more: the consistency.</param>
/// <param name="Whole">Nothing of it is known to be damaged.</param>
/// <param name="ImmutableUntil">It must not go before this moment.</param>
public sealed record RetentionPoint(PointId Id, DateTimeOffset Taken, int Rank, bool Whole = true, DateTimeOffset? ImmutableUntil = null);

/// <param name="Reasons">Empty: it goes.</param>
public sealed record RetentionVerdict(RetentionPoint Point, IReadOnlyList<KeepReason> Reasons)
{
    public bool Kept => Reasons.Count > 0;
}

/// <summary>
/// How many points of a series are kept: the newest ones, and the newest of each of so many hours, days, weeks (from Monday), months and years. A period without
/// a point is not counted, so a VM that was off for a year keeps what it had. All counts are 0 or more.
/// </summary>
public sealed record Retention(int Last = 0, int Hourly = 0, int Daily = 0, int Weekly = 0, int Monthly = 0, int Yearly = 0)
{
    public bool IsEmpty => this == new Retention();

    /// <summary>One verdict per point of one series, newest first. In a period the newest whole point counts; the newest at all only where none is whole.</summary>
    /// <param name="zone">Where a day begins. An hour that comes twice at the end of daylight saving time is two hours.</param>
    public IReadOnlyList<RetentionVerdict> Keep(IEnumerable<RetentionPoint> points, DateTimeOffset now, TimeZoneInfo zone)
    {
        var all = points.OrderByDescending(p => p.Taken).ThenByDescending(p => p.Id).ToList();
        var reasons = all.ToDictionary(p => p.Id, _ => new SortedSet<KeepReason>());
        foreach (var point in all)
        {
            if (point.Taken > now) reasons[point.Id].Add(KeepReason.Future);
            if (point.ImmutableUntil > now) reasons[point.Id].Add(KeepReason.Immutable);
        }
        var past = all.Where(p => p.Taken <= now).ToList();
        Period(KeepReason.Last, Last, p => p.Id);
        Period(KeepReason.Hourly, Hourly, p => Local(p) is var t ? (t.Date, t.Hour, t.Offset) : default);
        Period(KeepReason.Daily, Daily, p => Local(p).Date);
        Period(KeepReason.Weekly, Weekly, p => Local(p).Date is var d ? d.AddDays(-(((int)d.DayOfWeek + 6) % 7)) : default);
        Period(KeepReason.Monthly, Monthly, p => Local(p) is var t ? (t.Year, t.Month) : default);
        Period(KeepReason.Yearly, Yearly, p => Local(p).Year);
        // Among those of the past too: a point from the future must not be the reason to let the last good one go.
        foreach (var some in new[] { past, all })
        {
            var whole = some.Where(p => p.Whole).ToList();
            if (whole.Count == 0) whole = some;
            if (whole.Count == 0) continue;
            reasons[whole[0].Id].Add(KeepReason.NewestWhole);
            reasons[whole.MaxBy(p => p.Rank)!.Id].Add(KeepReason.NewestOfHighestRank);
        }
        return all.ConvertAll(p => new RetentionVerdict(p, [.. reasons[p.Id]]));

        DateTimeOffset Local(RetentionPoint point) => TimeZoneInfo.ConvertTime(point.Taken, zone);

        void Period<T>(KeepReason reason, int count, Func<RetentionPoint, T> of)
        {
            foreach (var period in past.GroupBy(of).Take(count)) reasons[(period.FirstOrDefault(p => p.Whole) ?? period.First()).Id].Add(reason);
        }
    }
}
