using Stillpoint.Model;

namespace Stillpoint.Hypervisor;

/// <summary>
/// One libvirt host. Every call is bounded and runs where it can be abandoned: a libvirt call may wait 30 s for somebody else's lock.
/// Failures are <see cref="FailureException"/>s decided by libvirt's code and domain, its words kept as evidence:
/// HostUnreachable, HostPermissionDenied, HostConnectionLost, HostRefused for the rest.
/// </summary>
public interface IHypervisorHost : IAsyncDisposable
{
    HostUri Uri { get; }

    /// <summary>Whether the daemon still answers on this connection.</summary>
    bool IsAlive { get; }

    Task<IReadOnlyList<DomainSummary>> ListDomainsAsync(CancellationToken ct);

    /// <exception cref="FailureException">VmNotFound, with the names there are as evidence.</exception>
    Task<IDomain> FindDomainAsync(string nameOrUuid, CancellationToken ct);

    /// <summary>Defines (validated); does not start.</summary>
    Task<IDomain> DefineAsync(string xml, CancellationToken ct);

    /// <summary>The folder of a storage pool of type dir/fs/netfs that is active. PoolNotFound otherwise.</summary>
    Task<string> FindPoolFolderAsync(string pool, CancellationToken ct);

    /// <summary>A network's XML; null: there is none of that name.</summary>
    /// <param name="inactive">As it will be at its next start.</param>
    Task<string?> FindNetworkAsync(string name, bool inactive, CancellationToken ct);

    /// <summary>Defines a network; what runs stays as it is until its next start.</summary>
    Task DefineNetworkAsync(string xml, CancellationToken ct);

    /// <summary>A network filter's XML; null: there is none of that name.</summary>
    Task<string?> FindFilterAsync(string name, CancellationToken ct);

    /// <summary>
    /// Events of one domain, and of the connection itself, from now on; called on the event loop's thread, must return at once.
    /// Subscribe before reading state.
    /// </summary>
    IDisposable Subscribe(VmId vm, Action<DomainEvent> handler);

    /// <summary>A second connection to the same host: for whoever must not wait behind this one's calls (thaw, warden).</summary>
    Task<IHypervisorHost> OpenAnotherAsync(CancellationToken ct);
}

public sealed record DomainSummary(VmId Id, string Name, PowerState State, bool Persistent);

public enum PowerState
{
    Off,
    Running,

    /// <summary>Paused by somebody; <see cref="DomainState.PausedByIoError"/> tells whether by a full scratch or a disk error.</summary>
    Paused,
    ShuttingDown,
    Crashed,
    Suspended,
}

/// <param name="RunId">Changes with every start of the domain (its QEMU's id); -1 while off.</param>
public sealed record DomainState(PowerState Power, bool PausedByIoError, int RunId);

public enum DomainEventKind
{
    Started,
    Paused,
    PausedByIoError,
    Resumed,
    ShuttingDown,
    Stopped,
    Rebooted,
    AgentConnected,
    AgentDisconnected,
    ScratchThreshold,
    JobCompleted,
    ConnectionLost,
}

/// <param name="Detail">libvirt's own fields, language free: the disk of a threshold, the reason of a stop.</param>
public sealed record DomainEvent(DomainEventKind Kind, string Detail);
