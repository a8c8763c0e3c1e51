using System.Xml.Linq;
using Stillpoint.Hypervisor;
using Stillpoint.Model;

namespace Stillpoint.Engine.Network;

/// <param name="Addresses">Known ones of the interface; empty: none is known.</param>
public sealed record OpenInterface(string Vm, string Mac, IReadOnlyList<string> Addresses);

/// <summary>
/// Who could take a VM's address: every VM with an interface on the same bridge that no filter holds to its own. A VM's own filter protects the others; what
/// protects it are theirs.
/// </summary>
public sealed class SpoofCheck(IHypervisorHost host)
{
    private static readonly string[] Needed = ["no-mac-spoofing", "no-ip-spoofing", "no-arp-spoofing"];
    private readonly Dictionary<string, bool> _filters = [];
    private readonly Dictionary<string, string> _bridges = [];

    /// <summary>What stops spoofing, with its parameter; libvirt has it out of the box.</summary>
    public static XElement Filter(IEnumerable<string> addresses) => new(
        "filterref", new XAttribute("filter", "clean-traffic"), addresses.Select(a => new XElement("parameter", new XAttribute("name", "IP"), new XAttribute("value", a))));

    /// <summary>The interfaces that nothing holds, on the bridges of <paramref name="domain"/>; its own among them.</summary>
    public async Task<IReadOnlyList<OpenInterface>> FindAsync(IDomain domain, CancellationToken ct)
    {
        var bridges = (await BridgesAsync(domain, ct)).Select(b => b.Bridge).ToHashSet();
        var open = new List<OpenInterface>();
        foreach (var summary in await host.ListDomainsAsync(ct))
        {
            try
            {
                var vm = await host.FindDomainAsync(summary.Id.ToString(), ct);
                IReadOnlyList<FoundAddress>? known = null;
                foreach (var (found, bridge) in await BridgesAsync(vm, ct))
                {
                    if (!bridges.Contains(bridge) || await HoldsAsync(found, ct)) continue;
                    known ??= await GuestAddresses.LookAsync(vm, withAgent: true, ct);
                    open.Add(new(vm.Name, found.Mac, [.. known.Where(k => k.Mac == found.Mac).Select(k => k.Address)]));
                }
            }
            catch (FailureException e) when (e.Failure.Code is FailureCode.VmNotFound)
            {
                // Gone between the list and the question.
            }
        }
        return open;
    }

    /// <summary>The same as a warning; null: all are held.</summary>
    public async Task<Failure?> WarnAsync(IDomain domain, CancellationToken ct)
    {
        var open = await FindAsync(domain, ct);
        if (open.Count == 0) return null;
        var names = string.Join(", ", open.Select(o => o.Vm).Distinct());
        var failure = Failure.Of(FailureCode.GuestAddressNotHeld, Stage.Preflight, ("vm", domain.Name), ("others", names));
        return failure with
        {
            Evidence = [.. open.Select(o => new Evidence($"virsh edit {o.Vm}", $"{o.Mac}: {Filter(o.Addresses.DefaultIfEmpty("ADDRESS")).ToString(SaveOptions.DisableFormatting)}"))],
        };
    }

    /// <summary>Whether the interface can send nothing under another address.</summary>
    public async Task<bool> HoldsAsync(DomainInterface found, CancellationToken ct)
    {
        if (found.Filter is not { } filter || found.FilterAddresses.Count == 0) return false;
        if (_filters.TryGetValue(filter, out var known)) return known;
        var reached = new HashSet<string>(StringComparer.Ordinal);
        var next = new Stack<string>([filter]);
        while (next.TryPop(out var name))
        {
            if (!reached.Add(name) || await host.FindFilterAsync(name, ct) is not { } xml) continue;
            foreach (var reference in XElement.Parse(xml).Elements("filterref")) next.Push((string?)reference.Attribute("filter") ?? "");
        }
        return _filters[filter] = Needed.All(reached.Contains);
    }

    /// <summary>The bridge that an interface is on, running or not; null: none.</summary>
    public async Task<string?> BridgeOfAsync(DomainInterface found, CancellationToken ct)
    {
        if (found.Bridge is not null || found.Network is not { } network) return found.Bridge;
        if (_bridges.TryGetValue(network, out var known)) return known;
        var xml = await host.FindNetworkAsync(network, inactive: false, ct);
        return (string?)(xml is null ? null : XElement.Parse(xml).Element("bridge"))?.Attribute("name") is { } bridge ? _bridges[network] = bridge : null;
    }

    private async Task<List<(DomainInterface Interface, string Bridge)>> BridgesAsync(IDomain domain, CancellationToken ct)
    {
        var found = new List<(DomainInterface, string)>();
        foreach (var each in DomainInterface.ListOf(await domain.GetConfigAsync(inactive: false, ct)))
            if (await BridgeOfAsync(each, ct) is { } bridge) found.Add((each, bridge));
        return found;
    }
}
