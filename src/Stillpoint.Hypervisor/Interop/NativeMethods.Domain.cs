using System.Runtime.InteropServices;

namespace Stillpoint.Hypervisor.Interop;

internal static unsafe partial class NativeMethods
{
    [LibraryImport(Libvirt)]
    internal static partial int virConnectListAllDomains(ConnectionHandle connection, out nint* domains, uint flags);

    [LibraryImport(Libvirt)]
    internal static partial int virConnectGetAllDomainStats(ConnectionHandle connection, uint stats, out StatsRecordLayout** records, uint flags);

    [LibraryImport(Libvirt, StringMarshalling = StringMarshalling.Utf8)]
    internal static partial DomainHandle virDomainLookupByName(ConnectionHandle connection, string name);

    [LibraryImport(Libvirt, StringMarshalling = StringMarshalling.Utf8)]
    internal static partial DomainHandle virDomainLookupByUUIDString(ConnectionHandle connection, string uuid);

    [LibraryImport(Libvirt, StringMarshalling = StringMarshalling.Utf8)]
    internal static partial DomainHandle virDomainDefineXMLFlags(ConnectionHandle connection, string xml, uint flags);

    [LibraryImport(Libvirt)]
    internal static partial int virDomainFree(nint domain);

    [LibraryImport(Libvirt)]
    internal static partial nint virDomainGetName(nint domain);

    [LibraryImport(Libvirt)]
    internal static partial int virDomainGetUUIDString(nint domain, byte* buffer);

    [LibraryImport(Libvirt)]
    internal static partial int virDomainGetID(DomainHandle domain);

    [LibraryImport(Libvirt)]
    internal static partial int virDomainGetState(nint domain, out int state, out int reason, uint flags);

    [LibraryImport(Libvirt)]
    internal static partial nint virDomainGetXMLDesc(DomainHandle domain, uint flags);

    [LibraryImport(Libvirt, StringMarshalling = StringMarshalling.Utf8)]
    internal static partial int virDomainGetBlockInfo(DomainHandle domain, string disk, out BlockInfoLayout info, uint flags);

    [LibraryImport(Libvirt)]
    internal static partial int virDomainGetDiskErrors(DomainHandle domain, DiskErrorLayout* errors, uint most, uint flags);

    [LibraryImport(Libvirt, StringMarshalling = StringMarshalling.Utf8)]
    internal static partial int virDomainAttachDeviceFlags(DomainHandle domain, string xml, uint flags);

    [LibraryImport(Libvirt, StringMarshalling = StringMarshalling.Utf8)]
    internal static partial int virDomainDetachDeviceFlags(DomainHandle domain, string xml, uint flags);

    [LibraryImport(Libvirt)]
    internal static partial int virDomainCreate(DomainHandle domain);

    [LibraryImport(Libvirt)]
    internal static partial int virDomainShutdown(DomainHandle domain);

    [LibraryImport(Libvirt)]
    internal static partial int virDomainResume(DomainHandle domain);

    [LibraryImport(Libvirt)]
    internal static partial int virDomainDestroy(DomainHandle domain);

    [LibraryImport(Libvirt)]
    internal static partial int virDomainUndefineFlags(DomainHandle domain, uint flags);

    [LibraryImport(Libvirt)]
    internal static partial int virDomainGetAutostart(DomainHandle domain, out int autostart);

    [LibraryImport(Libvirt)]
    internal static partial int virDomainSetAutostart(DomainHandle domain, int autostart);

    /// <summary>With no array asked for, only the number is returned.</summary>
    [LibraryImport(Libvirt)]
    internal static partial int virDomainListAllSnapshots(DomainHandle domain, nint snapshots, uint flags);

    [LibraryImport(Libvirt)]
    internal static partial int virDomainAgentSetResponseTimeout(DomainHandle domain, int seconds, uint flags);

    [LibraryImport(LibvirtQemu, StringMarshalling = StringMarshalling.Utf8)]
    internal static partial nint virDomainQemuAgentCommand(DomainHandle domain, string command, int seconds, uint flags);

    [LibraryImport(LibvirtQemu, StringMarshalling = StringMarshalling.Utf8)]
    internal static partial int virDomainQemuMonitorCommand(DomainHandle domain, string command, out nint result, uint flags);
}
