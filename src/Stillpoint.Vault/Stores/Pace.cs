namespace Stillpoint.Vault.Stores;

/// <summary>
/// Lets bytes pass at the rate that holds at each moment. Who comes first passes first. Safe for any threads.
/// </summary>
/// <param name="rate">Bytes a second at a moment, more than 0; null: as fast as it goes.</param>
public sealed class Pace(Func<DateTimeOffset, long?> rate, TimeProvider clock)
{
    /// <summary>The rate is asked for again at least so often: a window may begin or end while somebody waits.</summary>
    private static readonly TimeSpan Look = TimeSpan.FromSeconds(1);

    private readonly Lock _gate = new();
    private double _asked, _passed;
    private long _at = clock.GetTimestamp();

    /// <summary>Returns when they may pass.</summary>
    public async ValueTask PassAsync(long bytes, CancellationToken ct)
    {
        double mark;
        lock (_gate)
        {
            Drain();
            // What is asked for now passes once all of it has; what was not used is not saved up.
            mark = _asked += bytes;
        }
        while (true)
        {
            TimeSpan wait;
            lock (_gate)
            {
                if (Drain() is not { } perSecond || _passed >= mark) return;
                var need = TimeSpan.FromSeconds(Math.Min((mark - _passed) / perSecond, Look.TotalSeconds));
                // A timer of less than its own grain would spin.
                wait = need > TimeSpan.FromMilliseconds(1) ? need : TimeSpan.FromMilliseconds(1);
            }
            await Task.Delay(wait, clock, ct).ConfigureAwait(false);
        }
    }

    private long? Drain()
    {
        var now = clock.GetTimestamp();
        var perSecond = rate(clock.GetUtcNow());
        _passed = perSecond is { } r ? Math.Min(_asked, _passed + r * clock.GetElapsedTime(_at, now).TotalSeconds) : _asked;
        _at = now;
        return perSecond;
    }
}
