namespace Stillpoint.Control.Planning;

/// <summary>
/// How long a VM's next backup is booked for: the middle of its last good ones, rounded up on a coarse scale. Coarse, because a start that follows
/// every minute of the nights before would not be stable.
/// </summary>
internal static class LearnedDuration
{
    private const int Runs = 9;

    private static readonly int[] Minutes = [5, 7, 10, 15, 20, 30, 45, 60, 90, 120, 180, 240, 360, 480, 720, 1440];

    /// <summary>Before anything is known.</summary>
    private static readonly TimeSpan Unknown = TimeSpan.FromMinutes(20);

    /// <param name="asOf">Only runs that ended by then count, so that a plan does not move while its night goes on.</param>
    public static TimeSpan Of(IReadOnlyList<PastRun> runs, DateTimeOffset asOf)
    {
        var last = runs.Where(r => r.Succeeded && r.Ended <= asOf).OrderByDescending(r => r.Ended).Take(Runs).Select(r => r.Ended - r.Started).Order().ToList();
        if (last.Count == 0) return Unknown;
        var middle = last[last.Count / 2].TotalMinutes;
        return TimeSpan.FromMinutes(Minutes.FirstOrDefault(m => m >= middle, Minutes[^1]));
    }
}
