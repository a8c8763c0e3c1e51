namespace Stillpoint.Doctor;

/// <summary>A line that mattered to some rule.</summary>
/// <param name="Source">The file, relative to the bundle; or a command or call.</param>
/// <param name="Line">From 1; 0 where there are no lines.</param>
/// <param name="Time">In UTC; a line without one has that of the line before it.</param>
/// <param name="Order">Its place among the facts: breaks ties.</param>
public sealed record LogEvent(LogKind Kind, string Source, int Line, DateTimeOffset? Time, string Text, int Order)
{
    /// <summary>True if this is known to have happened after the other: later line of one file, or later time.</summary>
    public bool IsAfter(LogEvent other) =>
        Source == other.Source ? Line > other.Line : Time is { } mine && other.Time is { } theirs && mine > theirs;
}
