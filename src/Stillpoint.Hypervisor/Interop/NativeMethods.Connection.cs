using System.Runtime.InteropServices;

namespace Stillpoint.Hypervisor.Interop;

/// <summary>libvirt's C API, as its headers name it. Called only from threads that may be left behind (<see cref="NativeCall"/>).</summary>
internal static unsafe partial class NativeMethods
{
    private const string Libvirt = "libvirt.so.0";
    private const string LibvirtQemu = "libvirt-qemu.so.0";

    [LibraryImport(Libvirt)]
    internal static partial int virInitialize();

    [LibraryImport(Libvirt)]
    internal static partial int virEventRegisterDefaultImpl();

    [LibraryImport(Libvirt)]
    internal static partial int virEventRunDefaultImpl();

    [LibraryImport(Libvirt)]
    internal static partial void virSetErrorFunc(nint userData, delegate* unmanaged[Cdecl]<nint, nint, void> handler);

    [LibraryImport(Libvirt)]
    internal static partial NativeErrorLayout* virGetLastError();

    [LibraryImport(Libvirt, StringMarshalling = StringMarshalling.Utf8)]
    internal static partial ConnectionHandle virConnectOpen(string uri);

    [LibraryImport(Libvirt)]
    internal static partial int virConnectClose(nint connection);

    [LibraryImport(Libvirt)]
    internal static partial int virConnectIsAlive(ConnectionHandle connection);

    [LibraryImport(Libvirt)]
    internal static partial int virConnectSetKeepAlive(ConnectionHandle connection, int interval, uint count);

    [LibraryImport(Libvirt)]
    internal static partial int virConnectRegisterCloseCallback(
        ConnectionHandle connection, delegate* unmanaged[Cdecl]<nint, int, nint, void> callback, nint opaque, nint free);

    [LibraryImport(Libvirt)]
    internal static partial int virConnectUnregisterCloseCallback(nint connection, delegate* unmanaged[Cdecl]<nint, int, nint, void> callback);

    [LibraryImport(Libvirt)]
    internal static partial int virConnectDomainEventRegisterAny(
        ConnectionHandle connection, nint domain, int eventId, void* callback, nint opaque, nint free);

    [LibraryImport(Libvirt)]
    internal static partial int virConnectDomainEventDeregisterAny(nint connection, int callbackId);

    [LibraryImport(Libvirt, StringMarshalling = StringMarshalling.Utf8)]
    internal static partial PoolHandle virStoragePoolLookupByName(ConnectionHandle connection, string name);

    [LibraryImport(Libvirt)]
    internal static partial int virStoragePoolIsActive(PoolHandle pool);

    [LibraryImport(Libvirt)]
    internal static partial nint virStoragePoolGetXMLDesc(PoolHandle pool, uint flags);

    [LibraryImport(Libvirt)]
    internal static partial int virStoragePoolFree(nint pool);
}
