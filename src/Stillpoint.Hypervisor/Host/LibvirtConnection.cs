using Stillpoint.Hypervisor.Interop;
using Stillpoint.Model;

namespace Stillpoint.Hypervisor.Host;

/// <summary>One open connection with its events. Calls of several threads share it; the daemon answers them out of order.</summary>
internal sealed class LibvirtConnection : IDisposable
{
    private static readonly TimeSpan ConnectBound = TimeSpan.FromSeconds(20);
    private readonly ConnectionHandle _handle;
    private readonly EventRegistration _events;

    private LibvirtConnection(HostUri uri, TimeProvider clock, NativeCall calls, ConnectionHandle handle, EventRegistration events)
    {
        (Uri, Clock, Calls, _handle, _events) = (uri, clock, calls, handle, events);
    }

    public HostUri Uri { get; }

    public TimeProvider Clock { get; }

    public NativeCall Calls { get; }

    public EventHub Events => _events.Hub;

    /// <summary>Known without asking the daemon: whether the socket is open and no close was reported.</summary>
    public bool IsAlive => !_handle.IsClosed && !Events.ConnectionLost && NativeMethods.virConnectIsAlive(_handle) == 1;

    public static Task<LibvirtConnection> OpenAsync(HostUri uri, TimeProvider clock, CancellationToken ct)
    {
        var calls = new NativeCall(uri.Text, clock);
        return calls.RunAsync(Stage.Connect, ConnectBound, () => Open(uri, clock, calls), ct);
    }

    private static LibvirtConnection Open(HostUri uri, TimeProvider clock, NativeCall calls)
    {
        EventLoop.EnsureRunning();
        var handle = Check.Handle(NativeMethods.virConnectOpen(uri.Text), "virConnectOpen");
        try
        {
            // A dead peer is noticed within 15 s; a call that is blocked inside a living daemon is not (hence the bound of every call).
            _ = NativeMethods.virConnectSetKeepAlive(handle, 5, 3);
            return new(uri, clock, calls, handle, EventRegistration.Register(handle));
        }
        catch (LibvirtException)
        {
            handle.Dispose();
            throw;
        }
    }

    public Task<T> RunAsync<T>(Stage stage, Func<ConnectionHandle, T> body, CancellationToken ct)
    {
        ObjectDisposedException.ThrowIf(_handle.IsClosed, this);
        return Calls.RunAsync(stage, () => body(_handle), ct);
    }

    /// <summary>
    /// Looks the domain up anew in each call: no stale run ids, no handles that outlive a redefinition, and a domain that is gone is
    /// VmNotFound everywhere. The look-up waits behind nobody's job.
    /// </summary>
    public Task<T> WithDomainAsync<T>(VmId vm, Stage stage, TimeSpan bound, Func<DomainHandle, T> body, CancellationToken ct)
    {
        ObjectDisposedException.ThrowIf(_handle.IsClosed, this);
        return Calls.RunAsync(stage, bound, () =>
        {
            using var domain = Check.Handle(NativeMethods.virDomainLookupByUUIDString(_handle, vm.ToString()), "virDomainLookupByUUIDString");
            return body(domain);
        }, ct);
    }

    public void Dispose() => _handle.Dispose();
}
