namespace Stillpoint.Doctor;

/// <summary>The lines that fit one pattern: of each file the first and last 32, so that nothing grows with the logs.</summary>
public sealed class Hits(LinePattern pattern, IReadOnlyList<LogEvent> events)
{
    public const int EachEnd = 32;

    /// <summary>In the order of the facts: file by file, line by line.</summary>
    public IReadOnlyList<LogEvent> Events { get; } = events;

    /// <summary>At most 64 for each file.</summary>
    public int Count => Events.Count;

    public bool Any => Events.Count > 0;

    /// <summary>The earliest, by time where the events have one.</summary>
    public LogEvent? First { get; } = events.OrderBy(e => e.Time ?? DateTimeOffset.MaxValue).ThenBy(e => e.Order).FirstOrDefault();

    /// <summary>The latest, by time where the events have one.</summary>
    public LogEvent? Last { get; } = events.OrderBy(e => e.Time ?? DateTimeOffset.MinValue).ThenBy(e => e.Order).LastOrDefault();

    /// <summary>Hits not followed by any of the other: what is still so at the end. All of them where the other never was.</summary>
    public int CountAfter(Hits other) => other.Last is { } end ? Events.Count(e => e.IsAfter(end)) : Count;

    /// <summary>A named group of the last hit; null where it did not take part.</summary>
    public string? Value(string group) => Last is { } last ? ValueOf(last, group) : null;

    public string? ValueOf(LogEvent e, string group) =>
        pattern.Regex?.Match(e.Text).Groups[group] is { Success: true } g ? g.Value : null;
}
