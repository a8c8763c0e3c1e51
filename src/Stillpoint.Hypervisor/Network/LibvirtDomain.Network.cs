using System.Runtime.InteropServices;
using Stillpoint.Hypervisor.Interop;
using Stillpoint.Model;

namespace Stillpoint.Hypervisor;

internal sealed partial class LibvirtDomain
{
    private const int IpV4 = 0;

    public Task<IReadOnlyList<InterfaceAddress>> ListAddressesAsync(AddressSource source, CancellationToken ct) =>
        RunAsync(Stage.Preflight, domain => Addresses(domain, source), ct);

    public Task UpdateInterfaceAsync(string xml, bool live, CancellationToken ct) => RunAsync(Stage.Preflight, domain => Check.Result(
        NativeMethods.virDomainUpdateDeviceFlags(domain, xml, live ? VirFlag.AffectLive : VirFlag.AffectConfig), "virDomainUpdateDeviceFlags"), ct);

    private static unsafe IReadOnlyList<InterfaceAddress> Addresses(DomainHandle domain, AddressSource source)
    {
        var count = Check.Result(NativeMethods.virDomainInterfaceAddresses(domain, out var interfaces, (uint)source, 0), "virDomainInterfaceAddresses");
        var found = new List<InterfaceAddress>();
        for (var i = 0; i < count; i++)
        {
            var mac = Marshal.PtrToStringUTF8(interfaces[i]->Mac)?.ToLowerInvariant();
            for (var j = 0; j < interfaces[i]->Count; j++)
            {
                var address = interfaces[i]->Addresses[j];
                if (mac is not null && address.Type == IpV4) found.Add(new(mac, Marshal.PtrToStringUTF8(address.Address) ?? ""));
            }
            NativeMethods.virDomainInterfaceFree(interfaces[i]);
        }
        NativeMemory.Free(interfaces);
        return found;
    }
}
