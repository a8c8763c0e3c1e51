using System.Runtime.InteropServices;

namespace Stillpoint.Hypervisor.Interop;

internal static unsafe partial class NativeMethods
{
    [LibraryImport(Libvirt, StringMarshalling = StringMarshalling.Utf8)]
    internal static partial NetworkHandle virNetworkLookupByName(ConnectionHandle connection, string name);

    [LibraryImport(Libvirt, StringMarshalling = StringMarshalling.Utf8)]
    internal static partial NetworkHandle virNetworkDefineXML(ConnectionHandle connection, string xml);

    [LibraryImport(Libvirt)]
    internal static partial nint virNetworkGetXMLDesc(NetworkHandle network, uint flags);

    [LibraryImport(Libvirt)]
    internal static partial int virNetworkFree(nint network);

    [LibraryImport(Libvirt, StringMarshalling = StringMarshalling.Utf8)]
    internal static partial FilterHandle virNWFilterLookupByName(ConnectionHandle connection, string name);

    [LibraryImport(Libvirt)]
    internal static partial nint virNWFilterGetXMLDesc(FilterHandle filter, uint flags);

    [LibraryImport(Libvirt)]
    internal static partial int virNWFilterFree(nint filter);

    [LibraryImport(Libvirt)]
    internal static partial int virDomainInterfaceAddresses(DomainHandle domain, out InterfaceLayout** interfaces, uint source, uint flags);

    [LibraryImport(Libvirt)]
    internal static partial void virDomainInterfaceFree(InterfaceLayout* found);

    [LibraryImport(Libvirt, StringMarshalling = StringMarshalling.Utf8)]
    internal static partial int virDomainUpdateDeviceFlags(DomainHandle domain, string xml, uint flags);
}
