using System.Globalization;

namespace Stillpoint.Model;

public enum TransferDirection
{
    Backup,
    Restore,
}

/// <summary>
/// How much one job may move to or from its vault at some times of the day, in one line: <c>backup|restore HH:MM-HH:MM RATE [ZONE]</c>, the rate in bytes a
/// second with kB, MB, GB, KiB, MiB or GiB. Of several that hold at once the lowest counts; outside all of them there is no limit.
/// </summary>
/// <param name="Length">By the clock on the wall; more than 0, at most 24 h. Past midnight where it does not end the same day.</param>
public sealed record BandwidthLimit(TransferDirection Direction, TimeOnly From, TimeSpan Length, long BytesPerSecond, string Zone)
{
    /// <summary>A pack must pass in a time that leases and people can bear.</summary>
    public const long Least = 10_000;

    public const string Expected = "backup|restore HH:MM-HH:MM 20MB [ZONE]";

    private static readonly (string Unit, long Bytes)[] Units =
        [("KiB", 1 << 10), ("MiB", 1 << 20), ("GiB", 1 << 30), ("kB", 1000), ("MB", 1_000_000), ("GB", 1_000_000_000)];

    /// <summary>Bytes a second at that moment; null: as fast as it goes.</summary>
    public static long? At(IEnumerable<BandwidthLimit> limits, TransferDirection direction, DateTimeOffset moment)
    {
        long? lowest = null;
        foreach (var limit in limits)
        {
            if (limit.Direction == direction && limit.Holds(moment) && (lowest is null || limit.BytesPerSecond < lowest)) lowest = limit.BytesPerSecond;
        }
        return lowest;
    }

    /// <param name="localZone">The zone where none is named.</param>
    /// <exception cref="FailureException">UsageInvalid, with what is allowed.</exception>
    public static BandwidthLimit Parse(string text, string localZone)
    {
        var words = text.Split(' ', StringSplitOptions.RemoveEmptyEntries);
        if (words.Length is not (3 or 4) || words[0] is not ("backup" or "restore")) throw Invalid(text);
        // A window is written as that of a daily schedule is.
        var daily = ScheduleText.Parse($"daily {words[1]} {(words.Length == 4 ? words[3] : "")}", localZone);
        var rate = words[2];
        var (unit, bytes) = Units.FirstOrDefault(u => rate.EndsWith(u.Unit, StringComparison.Ordinal));
        if (unit is null || !long.TryParse(rate.AsSpan(0, rate.Length - unit.Length), NumberStyles.None, CultureInfo.InvariantCulture, out var number) ||
            number > long.MaxValue / bytes || number * bytes < Least) throw Invalid(text);
        return new(words[0] is "backup" ? TransferDirection.Backup : TransferDirection.Restore, daily.From, daily.Length, number * bytes, daily.Zone);
    }

    public override string ToString()
    {
        // The largest that leaves no rest; a rate is always read from one of them.
        var (unit, bytes) = Units.Where(u => BytesPerSecond % u.Bytes == 0).MaxBy(u => u.Bytes);
        return string.Create(CultureInfo.InvariantCulture, $"{Direction.ToText()} {From:HH\\:mm}-{From.Add(Length):HH\\:mm} {BytesPerSecond / bytes}{unit} {Zone}");
    }

    private bool Holds(DateTimeOffset moment)
    {
        var since = TimeZoneInfo.ConvertTime(moment, TimeZoneInfo.FindSystemTimeZoneById(Zone)).TimeOfDay - From.ToTimeSpan();
        if (since < TimeSpan.Zero) since += TimeSpan.FromDays(1);
        return since < Length;
    }

    private static FailureException Invalid(string text) => new(FailureCode.UsageInvalid, Stage.Input, ("option", "bandwidth"), ("value", text), ("expected", Expected));
}
