using System.Globalization;

namespace Stillpoint.Model;

/// <summary>
/// What is promised to the VMs under it: how points are taken, when, how long they are kept. Immutable; ranges are checked by <see cref="Validate"/>.
/// </summary>
public sealed record Policy(string Name)
{
    public const int MostSchedules = 16;
    public const int MostRetries = 10;
    public const int MostLimits = 16;
    public const int MostKept = 10_000;
    public static readonly TimeSpan LongestRetryAfter = TimeSpan.FromHours(24);
    public static readonly TimeSpan LongestObjective = TimeSpan.FromDays(366);

    public CapturePolicy Capture { get; init; } = CapturePolicy.Default;

    /// <summary>None: points are taken on demand only.</summary>
    public IReadOnlyList<Schedule> Schedules { get; init; } = [];

    /// <summary>Empty: every point is kept.</summary>
    public Retention Retention { get; init; } = new();

    /// <summary>How often a run that failed is tried again, 0 to 10.</summary>
    public int Retries { get; init; } = 2;

    /// <summary>From a failed try's end to the next one's start, 1 min to 24 h.</summary>
    public TimeSpan RetryAfter { get; init; } = TimeSpan.FromMinutes(15);

    /// <summary>The newest point should not be older: 1 h to 366 d. Null: nothing is promised.</summary>
    public TimeSpan? Objective { get; init; }

    /// <summary>How much a job of a VM under it may move, by time of day. None: as fast as it goes.</summary>
    public IReadOnlyList<BandwidthLimit> Bandwidth { get; init; } = [];

    /// <summary>Where retention's days begin: the first schedule's zone.</summary>
    public string Zone => Schedules.Count > 0 ? Schedules[0].Zone : TimeZoneInfo.Utc.Id;

    /// <summary>Null, or what is out of range: its key, its value and what is allowed.</summary>
    public Failure? Validate()
    {
        if (Name.Length is 0 or > 63 || !Name.All(c => char.IsAsciiLetterOrDigit(c) || c is '-' or '_' or '.')) return Invalid("name", Name, "A-Z a-z 0-9 - _ ., 1-63");
        if (Capture.Validate() is { } capture) return capture;
        if (Schedules.Count > MostSchedules) return Invalid("schedule", Text(Schedules.Count), $"0-{MostSchedules}");
        if (Bandwidth.Count > MostLimits) return Invalid("bandwidth", Text(Bandwidth.Count), $"0-{MostLimits}");
        if (Retries is < 0 or > MostRetries) return Invalid("retries", Text(Retries), $"0-{MostRetries}");
        if (RetryAfter < TimeSpan.FromMinutes(1) || RetryAfter > LongestRetryAfter) return Invalid("retry-after", Text(RetryAfter.TotalMinutes), "1-1440 min");
        if (Objective is { } o && (o < TimeSpan.FromHours(1) || o > LongestObjective)) return Invalid("objective", Text(o.TotalHours), "1-8784 h");
        foreach (var (key, count) in new[]
        {
            ("keep-last", Retention.Last), ("keep-hourly", Retention.Hourly), ("keep-daily", Retention.Daily),
            ("keep-weekly", Retention.Weekly), ("keep-monthly", Retention.Monthly), ("keep-yearly", Retention.Yearly),
        })
        {
            if (count is < 0 or > MostKept) return Invalid(key, Text(count), $"0-{MostKept}");
        }
        return null;
    }

    /// <summary>The windows of all schedules that open in that time, in order.</summary>
    public IEnumerable<Occurrence> Between(DateTimeOffset from, DateTimeOffset until) =>
        Schedules.SelectMany(s => s.Between(from, until)).Distinct().OrderBy(o => o.Opens).ThenBy(o => o.Closes);

    private static string Text(double value) => value.ToString(CultureInfo.InvariantCulture);

    private static Failure Invalid(string key, string value, string allowed) =>
        Failure.Of(FailureCode.UsageInvalid, Stage.Input, ("option", key), ("value", value), ("expected", allowed));
}
