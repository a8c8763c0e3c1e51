namespace Stillpoint.Fabric.Reports;

/// <summary>
/// What one VM's agent has said since this program started. Bounded, in memory only: an agent says it all again within seconds. Any request may come
/// beside any other.
/// </summary>
internal sealed class VmContact(TimeProvider clock)
{
    private const int MostEvents = 128, MostObservations = 32;
    private readonly Lock _lock = new();
    private readonly Queue<Timed<AgentEvent>> _events = new();
    private readonly Dictionary<string, Timed<Observation>> _observations = new(StringComparer.Ordinal);
    private Contact _contact = new(null, 0, null, null, 0, 0, null, [], []);

    public void Seen()
    {
        lock (_lock) _contact = _contact with { Last = clock.GetUtcNow(), Requests = _contact.Requests + 1 };
    }

    public void Polled()
    {
        lock (_lock) _contact = _contact with { LastPoll = clock.GetUtcNow() };
    }

    /// <returns>False: what came could not be read; it is counted.</returns>
    public bool Reported(ReportedStatus? status)
    {
        if (status is null) return Unreadable();
        lock (_lock) _contact = _contact with { Status = new(clock.GetUtcNow(), status), Reports = _contact.Reports + 1 };
        return true;
    }

    public bool Provisioned(ReportedHealth? health)
    {
        if (health is null) return Unreadable();
        lock (_lock) _contact = _contact with { Health = new(clock.GetUtcNow(), health) };
        return true;
    }

    public bool Observed(IReadOnlyList<Observation>? observations)
    {
        if (observations is null) return Unreadable();
        lock (_lock)
        {
            foreach (var one in observations)
                if (_observations.Count < MostObservations || _observations.ContainsKey(one.Name)) _observations[one.Name] = new(clock.GetUtcNow(), one);
        }
        return true;
    }

    public bool Told(IReadOnlyList<AgentEvent>? events)
    {
        if (events is null) return Unreadable();
        lock (_lock)
        {
            foreach (var one in events)
            {
                if (_events.Count == MostEvents) _events.Dequeue();
                _events.Enqueue(new(clock.GetUtcNow(), one));
            }
        }
        return true;
    }

    public Contact Read()
    {
        lock (_lock) return _contact with { Events = [.. _events], Observations = [.. _observations.Values.OrderBy(o => o.Value.Name, StringComparer.Ordinal)] };
    }

    private bool Unreadable()
    {
        lock (_lock) _contact = _contact with { Unreadable = _contact.Unreadable + 1 };
        return false;
    }
}
