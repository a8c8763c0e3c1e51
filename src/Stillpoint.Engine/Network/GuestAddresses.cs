using Stillpoint.Hypervisor;
using Stillpoint.Model;

namespace Stillpoint.Engine.Network;

/// <summary>Who says that an address is a VM's, the most reliable first.</summary>
public enum AddressFrom
{
    /// <summary>The network filter of the interface, which lets it use no other.</summary>
    Filter,

    /// <summary>DHCP of libvirt's network.</summary>
    Lease,

    /// <summary>The host's neighbour table.</summary>
    Neighbour,

    /// <summary>The guest's agent.</summary>
    Agent,

    /// <summary>A person, by `vm channel`.</summary>
    Told,
}

public sealed record FoundAddress(string Mac, string Address, AddressFrom From);

/// <summary>Which addresses are a VM's: from its interfaces, each asked of the most reliable source that knows any for it.</summary>
public static class GuestAddresses
{
    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(1);

    /// <summary>The table leaves entries out while they are confirmed, which takes the kernel 5 s and three questions of a second.</summary>
    private const int Looks = 9;

    /// <summary>Of a VM that runs it is waited for some seconds; empty: nobody knows any.</summary>
    public static async Task<IReadOnlyList<FoundAddress>> FindAsync(IDomain domain, TimeProvider clock, CancellationToken ct)
    {
        for (var look = 1; ; look++)
        {
            if (await LookAsync(domain, withAgent: true, ct) is { Count: > 0 } found) return found;
            if (look == Looks || (await domain.GetStateAsync(ct)).Power is not PowerState.Running) return [];
            await Task.Delay(Pause, clock, ct);
        }
    }

    /// <summary>What is known at this moment.</summary>
    /// <param name="withAgent">Also by the guest's own word.</param>
    internal static async Task<IReadOnlyList<FoundAddress>> LookAsync(IDomain domain, bool withAgent, CancellationToken ct)
    {
        var interfaces = DomainInterface.ListOf(await domain.GetConfigAsync(inactive: false, ct));
        var found = interfaces.SelectMany(i => i.FilterAddresses.Where(IsGuests).Select(a => new FoundAddress(i.Mac, a, AddressFrom.Filter))).ToList();
        (AddressSource, AddressFrom)[] sources = [(AddressSource.Lease, AddressFrom.Lease), (AddressSource.Neighbour, AddressFrom.Neighbour), (AddressSource.Agent, AddressFrom.Agent)];
        foreach (var (source, from) in withAgent ? sources : sources[..2])
        {
            var open = interfaces.Select(i => i.Mac).Where(mac => found.All(f => f.Mac != mac)).ToHashSet();
            if (open.Count == 0) break;
            found.AddRange((await ListAsync(domain, source, ct)).Where(a => open.Contains(a.Mac) && IsGuests(a.Address)).Select(a => new FoundAddress(a.Mac, a.Address, from)).Distinct());
        }
        return found;
    }

    /// <summary>A source that this host has not, or that does not answer, knows nothing.</summary>
    private static async Task<IReadOnlyList<InterfaceAddress>> ListAsync(IDomain domain, AddressSource source, CancellationToken ct)
    {
        try
        {
            return await domain.ListAddressesAsync(source, ct);
        }
        catch (FailureException e) when (e.Failure.Code is not (FailureCode.HostUnreachable or FailureCode.HostConnectionLost or FailureCode.HostPermissionDenied))
        {
            return [];
        }
    }

    // A guest may have taken these for itself; no other can be asked by them.
    private static bool IsGuests(string address) =>
        System.Net.IPAddress.TryParse(address, out var parsed) && !System.Net.IPAddress.IsLoopback(parsed)
        && !address.StartsWith("169.254.", StringComparison.Ordinal) && address != Waagent.GuestEndpoint.Host;
}
