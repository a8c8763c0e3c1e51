using System.Runtime.InteropServices;

namespace Stillpoint.Hypervisor.Interop;

internal static unsafe partial class NativeMethods
{
    [LibraryImport(Libvirt, StringMarshalling = StringMarshalling.Utf8)]
    internal static partial int virDomainBackupBegin(DomainHandle domain, string backupXml, string? checkpointXml, uint flags);

    [LibraryImport(Libvirt)]
    internal static partial nint virDomainBackupGetXMLDesc(DomainHandle domain, uint flags);

    [LibraryImport(Libvirt)]
    internal static partial int virDomainAbortJob(DomainHandle domain);

    [LibraryImport(Libvirt)]
    internal static partial int virDomainGetJobStats(
        DomainHandle domain, out int type, out TypedParameterLayout* parameters, out int count, uint flags);

    [LibraryImport(Libvirt)]
    internal static partial void virTypedParamsFree(TypedParameterLayout* parameters, int count);

    [LibraryImport(Libvirt)]
    internal static partial int virDomainListGetStats(nint* domains, uint stats, out StatsRecordLayout** records, uint flags);

    [LibraryImport(Libvirt)]
    internal static partial void virDomainStatsRecordListFree(StatsRecordLayout** records);

    [LibraryImport(Libvirt, StringMarshalling = StringMarshalling.Utf8)]
    internal static partial int virDomainSetBlockThreshold(DomainHandle domain, string device, ulong bytes, uint flags);

    [LibraryImport(Libvirt)]
    internal static partial int virDomainListAllCheckpoints(DomainHandle domain, out nint* checkpoints, uint flags);

    [LibraryImport(Libvirt, StringMarshalling = StringMarshalling.Utf8)]
    internal static partial CheckpointHandle virDomainCheckpointLookupByName(DomainHandle domain, string name, uint flags);

    [LibraryImport(Libvirt, StringMarshalling = StringMarshalling.Utf8)]
    internal static partial CheckpointHandle virDomainCheckpointCreateXML(DomainHandle domain, string xml, uint flags);

    [LibraryImport(Libvirt)]
    internal static partial nint virDomainCheckpointGetXMLDesc(CheckpointHandle checkpoint, uint flags);

    [LibraryImport(Libvirt)]
    internal static partial int virDomainCheckpointDelete(CheckpointHandle checkpoint, uint flags);

    [LibraryImport(Libvirt)]
    internal static partial int virDomainCheckpointFree(nint checkpoint);
}
