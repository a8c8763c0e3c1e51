using System.Collections.Concurrent;
using System.Globalization;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using Stillpoint.Hypervisor.Interop;
using Stillpoint.Model;

namespace Stillpoint.Hypervisor.Host;

/// <summary>
/// Registers one connection with libvirt's callbacks. libvirt is given a number instead of an object: a callback that comes late,
/// after the connection was disposed, finds nothing and is harmless.
/// </summary>
internal sealed unsafe class EventRegistration
{
    private static readonly ConcurrentDictionary<nint, EventHub> Hubs = new();
    private static long s_last;

    private EventRegistration(EventHub hub) => Hub = hub;

    public EventHub Hub { get; }

    public static EventRegistration Register(ConnectionHandle connection)
    {
        var key = (nint)Interlocked.Increment(ref s_last);
        var registration = new EventRegistration(new());
        Hubs[key] = registration.Hub;
        var ids = new List<int>();
        // Registrations hold the connection open: without this it would never close.
        connection.BeforeClose = native =>
        {
            Hubs.TryRemove(key, out _);
            foreach (var id in ids) _ = NativeMethods.virConnectDomainEventDeregisterAny(native, id);
            _ = NativeMethods.virConnectUnregisterCloseCallback(native, &OnClosed);
        };
        Check.Result(NativeMethods.virConnectRegisterCloseCallback(connection, &OnClosed, key, 0), "virConnectRegisterCloseCallback");
        Add(VirEvent.Lifecycle, (delegate* unmanaged[Cdecl]<nint, nint, int, int, nint, void>)&OnLifecycle);
        Add(VirEvent.Reboot, (delegate* unmanaged[Cdecl]<nint, nint, nint, void>)&OnReboot);
        Add(VirEvent.AgentLifecycle, (delegate* unmanaged[Cdecl]<nint, nint, int, int, nint, void>)&OnAgent);
        Add(VirEvent.JobCompleted, (delegate* unmanaged[Cdecl]<nint, nint, TypedParameterLayout*, int, nint, void>)&OnJobCompleted);
        Add(VirEvent.BlockThreshold, (delegate* unmanaged[Cdecl]<nint, nint, nint, nint, ulong, ulong, nint, void>)&OnThreshold);
        return registration;

        void Add(int eventId, void* callback) => ids.Add(Check.Result(
            NativeMethods.virConnectDomainEventRegisterAny(connection, 0, eventId, callback, key, 0), "virConnectDomainEventRegisterAny"));
    }

    private static void Publish(nint key, nint domain, DomainEventKind? kind, string detail)
    {
        if (kind is not { } known || !Hubs.TryGetValue(key, out var hub)) return;
        hub.Publish(DomainReading.Id(domain), new(known, detail));
    }

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static void OnLifecycle(nint connection, nint domain, int what, int detail, nint key) => Publish(
        key, domain, EventWords.Lifecycle(what, detail), detail.ToString(CultureInfo.InvariantCulture));

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static void OnReboot(nint connection, nint domain, nint key) => Publish(key, domain, DomainEventKind.Rebooted, "");

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static void OnAgent(nint connection, nint domain, int state, int reason, nint key) => Publish(
        key, domain, state == 1 ? DomainEventKind.AgentConnected : DomainEventKind.AgentDisconnected, reason.ToString(CultureInfo.InvariantCulture));

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static void OnJobCompleted(nint connection, nint domain, TypedParameterLayout* parameters, int count, nint key) => Publish(
        key, domain, DomainEventKind.JobCompleted, TypedParameters.Read(parameters, count).GetValueOrDefault("operation", ""));

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static void OnThreshold(nint connection, nint domain, nint device, nint path, ulong threshold, ulong excess, nint key) => Publish(
        key, domain, DomainEventKind.ScratchThreshold, EventWords.DiskOfThreshold(Marshal.PtrToStringUTF8(device) ?? ""));

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static void OnClosed(nint connection, int reason, nint key)
    {
        if (Hubs.TryGetValue(key, out var hub)) hub.PublishLost(reason.ToString(CultureInfo.InvariantCulture));
    }
}
