using System.Net;

namespace Stillpoint.Fabric.Callers;

/// <summary>
/// Who asked and is no VM of ours: for the doctor, since a guest whose address is not the one that was told is one of them. Bounded: any machine on the
/// network can make entries.
/// </summary>
internal sealed class Strangers(TimeProvider clock)
{
    public const int Most = 64;
    private readonly Lock _lock = new();
    private readonly Dictionary<IPAddress, Stranger> _seen = [];

    public void Add(IPAddress address)
    {
        lock (_lock)
        {
            var now = clock.GetUtcNow();
            if (_seen.TryGetValue(address, out var known)) _seen[address] = known with { Last = now, Requests = known.Requests + 1 };
            else
            {
                if (_seen.Count == Most) _seen.Remove(_seen.MinBy(pair => pair.Value.Last).Key);
                _seen[address] = new(address, now, 1);
            }
        }
    }

    /// <summary>The latest first.</summary>
    public IReadOnlyList<Stranger> List()
    {
        lock (_lock) return [.. _seen.Values.OrderByDescending(s => s.Last)];
    }
}

internal sealed record Stranger(IPAddress Address, DateTimeOffset Last, long Requests);
