namespace Stillpoint.Control.Alerts;

/// <summary>When a place is full if it goes on filling as it did: the straight line that fits best.</summary>
internal static class SpaceForecast
{
    private const int LeastSamples = 3;
    private static readonly TimeSpan LeastSpan = TimeSpan.FromDays(2);

    /// <param name="samples">By time, in Unix milliseconds and free bytes.</param>
    /// <returns>Null: it does not fill, or too little is known.</returns>
    public static DateTimeOffset? FullAt(IReadOnlyList<(long At, long Free)> samples)
    {
        if (samples.Count < LeastSamples || samples[^1].At - samples[0].At < LeastSpan.TotalMilliseconds) return null;
        // From the first sample on, or the squares of the times would eat the digits.
        var times = samples.Select(s => (double)(s.At - samples[0].At)).ToList();
        var (meanTime, meanFree) = (times.Average(), samples.Average(s => (double)s.Free));
        double above = 0, below = 0;
        for (var i = 0; i < times.Count; i++)
        {
            above += (times[i] - meanTime) * (samples[i].Free - meanFree);
            below += (times[i] - meanTime) * (times[i] - meanTime);
        }
        var perMillisecond = above / below;
        if (perMillisecond >= 0) return null;
        var left = Math.Max(0, samples[^1].Free) / -perMillisecond;
        return left > TimeSpan.FromDays(3650).TotalMilliseconds ? null : DateTimeOffset.FromUnixTimeMilliseconds(samples[^1].At).AddMilliseconds(left);
    }
}
