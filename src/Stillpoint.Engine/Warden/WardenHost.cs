using Stillpoint.Hypervisor;
using Stillpoint.Model;

namespace Stillpoint.Engine.Warden;

/// <summary>The warden's own connection to the VM. libvirtd may be restarted under it: then it is made anew, as often as it takes.</summary>
internal sealed class WardenHost(
    WardenOrder order, Func<HostUri, CancellationToken, Task<IHypervisorHost>> connect, Action<DomainEvent> onEvent) : IAsyncDisposable
{
    private IHypervisorHost? _host;
    private IDisposable? _events;
    private IDomain? _domain;

    /// <exception cref="FailureException">The host cannot be reached now, or the VM is gone.</exception>
    public async Task<IDomain> DomainAsync()
    {
        if (_domain is not null && _host is { IsAlive: true }) return _domain;
        await DisposeAsync();
        _host = await connect(order.Host, CancellationToken.None);
        _events = _host.Subscribe(order.Vm, onEvent);
        return _domain = await _host.FindDomainAsync(order.Vm.ToString(), CancellationToken.None);
    }

    public async ValueTask DisposeAsync()
    {
        _events?.Dispose();
        _domain = null;
        if (_host is null) return;
        await _host.DisposeAsync();
        _host = null;
    }
}
