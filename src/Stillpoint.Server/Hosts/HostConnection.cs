using Stillpoint.Hypervisor;
using Stillpoint.Server.Hosting;

namespace Stillpoint.Server.Hosts;

/// <summary>libvirt of this machine, as configured. A connection for each use: one that hangs holds nobody else up, but for who lists VMs, within the connection's bounds.</summary>
internal sealed class HostConnection(ServerParts parts)
{
    private readonly Lock _gate = new();
    private Task<IReadOnlyList<DomainSummary>>? _next;
    private Task _last = Task.CompletedTask;

    public HostUri Uri { get; } = HostUri.Parse(parts.Options.Host);

    /// <summary>
    /// The VMs as libvirt has them now. Whoever asks while a listing is under way shares the next one: never a remembered state, never two listings at once.
    /// </summary>
    /// <exception cref="Model.FailureException">As <see cref="ConnectAsync(CancellationToken)"/>.</exception>
    public Task<IReadOnlyList<DomainSummary>> ListAsync(CancellationToken ct)
    {
        lock (_gate)
        {
            if (_next is null) _last = _next = ListAfterAsync(_last);
            return _next.WaitAsync(ct);
        }
    }

    private async Task<IReadOnlyList<DomainSummary>> ListAfterAsync(Task before)
    {
        await Task.Yield();
        await before.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing | ConfigureAwaitOptions.ForceYielding);
        lock (_gate) _next = null;
        await using var host = await ConnectAsync(CancellationToken.None);
        return await host.ListDomainsAsync(CancellationToken.None);
    }

    /// <exception cref="Model.FailureException">HostUnreachable, HostPermissionDenied.</exception>
    public Task<IHypervisorHost> ConnectAsync(CancellationToken ct) => parts.Connect(Uri, ct);

    /// <summary>Another one, or the same by its address.</summary>
    /// <exception cref="Model.FailureException">HostUnreachable, HostPermissionDenied.</exception>
    public Task<IHypervisorHost> ConnectAsync(HostUri uri, CancellationToken ct) => parts.Connect(uri, ct);
}
