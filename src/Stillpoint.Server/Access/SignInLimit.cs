using System.Globalization;
using Stillpoint.Model;

namespace Stillpoint.Server.Access;

/// <summary>
/// Slows guessing: after some failures of a name from an address, or of an address with whatever names, that one waits. Others do not: nobody can lock
/// somebody else out. Safe for many threads.
/// </summary>
internal sealed class SignInLimit(TimeProvider clock)
{
    public const int FailuresOfName = 5, FailuresOfAddress = 30;
    public static readonly TimeSpan Window = TimeSpan.FromMinutes(15);
    private const int MostRemembered = 100_000;

    private readonly Lock _gate = new();
    private readonly Dictionary<string, Queue<DateTimeOffset>> _failures = new(StringComparer.Ordinal);

    /// <summary>Counts a try as failed until <see cref="Succeeded"/> takes it back: many at once are no way around.</summary>
    /// <exception cref="FailureException">TooManyAttempts, with the time to wait.</exception>
    public void Begin(string name, string address)
    {
        lock (_gate)
        {
            var now = clock.GetUtcNow();
            if (_failures.Count > MostRemembered) Tidy(now);
            var (ofName, ofAddress) = (Of($"{address} {name}", now), Of(address, now));
            var wait = TimeSpan.FromTicks(Math.Max(Wait(ofName, FailuresOfName, now).Ticks, Wait(ofAddress, FailuresOfAddress, now).Ticks));
            if (wait > TimeSpan.Zero)
                throw new FailureException(Failure.Of(
                    FailureCode.TooManyAttempts, Stage.Input, ("time", Math.Ceiling(wait.TotalSeconds).ToString(CultureInfo.InvariantCulture))).CanRetry());
            ofName.Enqueue(now);
            ofAddress.Enqueue(now);
        }
    }

    public void Succeeded(string name, string address)
    {
        lock (_gate)
        {
            _failures.Remove($"{address} {name}");
            if (_failures.TryGetValue(address, out var failures)) failures.TryDequeue(out _);
        }
    }

    private Queue<DateTimeOffset> Of(string key, DateTimeOffset now)
    {
        if (!_failures.TryGetValue(key, out var failures)) _failures[key] = failures = new();
        while (failures.TryPeek(out var first) && now - first >= Window) failures.Dequeue();
        return failures;
    }

    private static TimeSpan Wait(Queue<DateTimeOffset> failures, int most, DateTimeOffset now) =>
        failures.Count < most ? TimeSpan.Zero : failures.Peek() + Window - now;

    private void Tidy(DateTimeOffset now)
    {
        foreach (var (key, failures) in _failures.ToList())
            if (failures.Count == 0 || failures.All(f => now - f >= Window)) _failures.Remove(key);
    }
}
