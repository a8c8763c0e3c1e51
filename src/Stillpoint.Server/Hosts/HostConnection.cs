using Stillpoint.Hypervisor;
using Stillpoint.Server.Hosting;

namespace Stillpoint.Server.Hosts;

/// <summary>libvirt of this machine, as configured. A connection for each use: one that hangs holds nobody else up.</summary>
internal sealed class HostConnection(ServerParts parts)
{
    public HostUri Uri { get; } = HostUri.Parse(parts.Options.Host);

    /// <exception cref="Model.FailureException">HostUnreachable, HostPermissionDenied.</exception>
    public Task<IHypervisorHost> ConnectAsync(CancellationToken ct) => parts.Connect(Uri, ct);

    /// <summary>Another one, or the same by its address.</summary>
    /// <exception cref="Model.FailureException">HostUnreachable, HostPermissionDenied.</exception>
    public Task<IHypervisorHost> ConnectAsync(HostUri uri, CancellationToken ct) => parts.Connect(uri, ct);
}
