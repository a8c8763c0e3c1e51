using System.Globalization;
using System.Runtime.InteropServices;
using System.Text;
using Stillpoint.Hypervisor.Interop;
using Stillpoint.Model;

namespace Stillpoint.Hypervisor.Host;

/// <summary>Reads what libvirt's domain objects hold or its daemon says about them, in our words.</summary>
internal static unsafe class DomainReading
{
    private const int UuidText = 37;
    private const int PausedReasonIoError = 5;

    /// <summary>Local: no call to the daemon.</summary>
    public static VmId Id(nint domain)
    {
        var buffer = stackalloc byte[UuidText];
        Check.Result(NativeMethods.virDomainGetUUIDString(domain, buffer), "virDomainGetUUIDString");
        return new(Guid.Parse(Encoding.ASCII.GetString(buffer, UuidText - 1)));
    }

    /// <summary>Local, and libvirt's to keep: the string is not freed.</summary>
    public static string Name(nint domain) => Marshal.PtrToStringUTF8(NativeMethods.virDomainGetName(domain)) ?? "";

    public static (PowerState Power, bool PausedByIoError) State(nint domain)
    {
        Check.Result(NativeMethods.virDomainGetState(domain, out var state, out var reason, 0), "virDomainGetState");
        return (Power(state), state == 3 && reason == PausedReasonIoError);
    }

    private static PowerState Power(int state) => state switch
    {
        1 or 2 => PowerState.Running,
        3 => PowerState.Paused,
        4 => PowerState.ShuttingDown,
        6 => PowerState.Crashed,
        7 => PowerState.Suspended,
        _ => PowerState.Off,
    };

    /// <summary>Two calls to the daemon, however many there are.</summary>
    public static List<DomainSummary> All(ConnectionHandle connection)
    {
        var transient = Transient(connection);
        var count = Check.Result(NativeMethods.virConnectGetAllDomainStats(connection, VirFlag.StatsState, out var records, 0), "virConnectGetAllDomainStats");
        try
        {
            var all = new List<DomainSummary>(count);
            for (var i = 0; i < count; i++)
            {
                var (domain, values) = (records[i]->Domain, TypedParameters.Read(records[i]->Parameters, records[i]->Count));
                var id = Id(domain);
                all.Add(new(id, Name(domain), Power(int.Parse(values["state.state"], CultureInfo.InvariantCulture)), !transient.Contains(id)));
            }
            return all;
        }
        finally
        {
            NativeMethods.virDomainStatsRecordListFree(records);
        }
    }

    private static HashSet<VmId> Transient(ConnectionHandle connection)
    {
        var count = Check.Result(NativeMethods.virConnectListAllDomains(connection, out var domains, VirFlag.ListTransient), "virConnectListAllDomains");
        var ids = new HashSet<VmId>();
        for (var i = 0; i < count; i++)
        {
            ids.Add(Id(domains[i]));
            _ = NativeMethods.virDomainFree(domains[i]);
        }
        NativeMemory.Free(domains);
        return ids;
    }
}
