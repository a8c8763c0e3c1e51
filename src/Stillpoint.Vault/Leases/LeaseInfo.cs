using Stillpoint.Model;

namespace Stillpoint.Vault.Leases;

public enum LeaseKind : byte
{
    Writer = 1,
    Reader = 2,
    Exclusive = 3,

    /// <summary>Collects garbage: beside writers and readers, but one at a time.</summary>
    Collector = 4,
}

public enum LeaseState
{
    /// <summary>Binds others.</summary>
    Live,

    /// <summary>Not renewed for longer than its duration, by the store's clock; or renewed that far ahead of it: the clock jumped back, and nobody has renewed it since.</summary>
    Expired,

    /// <summary>Its process, on this host, is gone.</summary>
    Dead,
}

/// <summary>Who is, or was, at work in a vault.</summary>
/// <param name="Renewed">Store's time.</param>
/// <param name="Begun">Store's time; null where the lease does not say it.</param>
public sealed record LeaseInfo(
    string Id, LeaseKind Kind, LeaseState State, PointId? Point, PointId? Base, string Host, int ProcessId, string Purpose, DateTimeOffset Renewed, TimeSpan Duration,
    DateTimeOffset? Begun = null);
