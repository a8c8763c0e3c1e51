using System.Globalization;

namespace Stillpoint.Model;

/// <summary>
/// A schedule in one line: <c>hourly[/N] [HH:MM-HH:MM]</c>, <c>daily HH:MM-HH:MM</c>, <c>weekly sat,sun HH:MM-HH:MM</c>, <c>monthly 1|..|31 HH:MM-HH:MM</c>,
/// <c>yearly MM-DD HH:MM-HH:MM</c>, each with the time zone behind it.
/// </summary>
public static class ScheduleText
{
    public const string Expected =
        "hourly[/2|3|4|6|8|12] [HH:MM-HH:MM] [ZONE] | daily HH:MM-HH:MM [ZONE] | weekly mon,...,sun HH:MM-HH:MM [ZONE] | " +
        "monthly 1..31 HH:MM-HH:MM [ZONE] | yearly MM-DD HH:MM-HH:MM [ZONE]";

    public static string Write(Schedule s)
    {
        var window = $"{s.From:HH\\:mm}-{s.From.Add(s.Length):HH\\:mm} {s.Zone}";
        return s.Kind switch
        {
            ScheduleKind.Hourly => (s.EveryHours == 1 ? "hourly " : $"hourly/{s.EveryHours} ") + window,
            ScheduleKind.Weekly => $"weekly {string.Join(',', Enum.GetValues<Weekdays>().Where(d => d != 0 && s.Days.HasFlag(d)).Select(d => d.ToText()))} {window}",
            ScheduleKind.Monthly => $"monthly {s.Day} {window}",
            ScheduleKind.Yearly => $"yearly {s.Month:00}-{s.Day:00} {window}",
            _ => "daily " + window,
        };
    }

    /// <param name="localZone">The zone where none is named.</param>
    /// <exception cref="FailureException">UsageInvalid, with what is allowed.</exception>
    public static Schedule Parse(string text, string localZone)
    {
        var words = new Queue<string>(text.Split(' ', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries));
        var kind = words.TryDequeue(out var first) ? first : throw Invalid(text, Expected);
        var every = 1;
        if (kind.StartsWith("hourly/", StringComparison.Ordinal))
        {
            if (!int.TryParse(kind.AsSpan(7), NumberStyles.None, CultureInfo.InvariantCulture, out every) || every is 0 or > 12 || 24 % every != 0)
                throw Invalid(text, "hourly/2, /3, /4, /6, /8, /12");
            kind = "hourly";
        }
        var schedule = kind switch
        {
            "hourly" => new Schedule(ScheduleKind.Hourly, default, TimeSpan.FromHours(every), localZone) { EveryHours = every },
            "daily" => new(ScheduleKind.Daily, default, default, localZone),
            "weekly" => new(ScheduleKind.Weekly, default, default, localZone) { Days = DaysOf(Next(), text) },
            "monthly" => new(ScheduleKind.Monthly, default, default, localZone) { Day = DayOf(Next(), 31, text) },
            "yearly" => Yearly(Next()),
            _ => throw Invalid(text, Expected),
        };
        if (kind != "hourly" || (words.TryPeek(out var next) && char.IsAsciiDigit(next[0]))) schedule = WithWindow(schedule, Next(), text);
        if (words.TryDequeue(out var zone)) schedule = schedule with { Zone = zone };
        if (words.Count > 0) throw Invalid(text, Expected);
        if (!TimeZoneInfo.TryFindSystemTimeZoneById(schedule.Zone, out _)) throw Invalid(text, "an IANA time zone, such as Europe/Amsterdam");
        return schedule;

        string Next() => words.TryDequeue(out var word) ? word : throw Invalid(text, Expected);

        Schedule Yearly(string day)
        {
            if (day.Split('-') is not [var m, var d] || !int.TryParse(m, NumberStyles.None, CultureInfo.InvariantCulture, out var month) || month is < 1 or > 12)
                throw Invalid(text, "yearly MM-DD");
            return new(ScheduleKind.Yearly, default, default, localZone) { Month = month, Day = DayOf(d, DateTime.DaysInMonth(2024, month), text) };
        }
    }

    private static Schedule WithWindow(Schedule schedule, string word, string text)
    {
        if (word.Split('-') is not [var a, var b] ||
            !TimeOnly.TryParseExact(a, "HH:mm", CultureInfo.InvariantCulture, DateTimeStyles.None, out var from) || !TryEnd(b, out var to))
            throw Invalid(text, "HH:MM-HH:MM");
        // Past midnight where the end is not after the beginning; the same twice is a whole day.
        var length = to - from.ToTimeSpan();
        if (length <= TimeSpan.Zero) length += TimeSpan.FromDays(1);
        if (schedule.Kind is ScheduleKind.Hourly && (length > TimeSpan.FromHours(schedule.EveryHours) || from.Hour >= schedule.EveryHours))
            throw Invalid(text, $"a window within 00:00 and {schedule.EveryHours:00}:59, at most {schedule.EveryHours} h long");
        return schedule with { From = from, Length = length };
    }

    private static bool TryEnd(string text, out TimeSpan end)
    {
        var ok = TimeOnly.TryParseExact(text, "HH:mm", CultureInfo.InvariantCulture, DateTimeStyles.None, out var time);
        end = text == "24:00" ? TimeSpan.FromDays(1) : time.ToTimeSpan();
        return ok || text == "24:00";
    }

    private static Weekdays DaysOf(string word, string text)
    {
        var days = Weekdays.None;
        foreach (var name in word.Split(','))
            days |= Enum.GetValues<Weekdays>().FirstOrDefault(d => d != 0 && d.ToText() == name) is var day && day != 0 ? day : throw Invalid(text, "mon, tue, wed, thu, fri, sat, sun");
        return days;
    }

    private static int DayOf(string word, int most, string text) =>
        int.TryParse(word, NumberStyles.None, CultureInfo.InvariantCulture, out var day) && day >= 1 && day <= most ? day : throw Invalid(text, $"a day from 1 to {most}");

    private static FailureException Invalid(string value, string expected) =>
        new(FailureCode.UsageInvalid, Stage.Input, ("option", "schedule"), ("value", value), ("expected", expected));
}
