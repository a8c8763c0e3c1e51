using System.Xml.Linq;

namespace Stillpoint.Hypervisor;

/// <summary>A network interface of a VM, as its XML says.</summary>
/// <param name="Mac">Lower case.</param>
/// <param name="Network">libvirt's network that it is of; null: none.</param>
/// <param name="Bridge">On the host; null: none, or not known while the VM is off.</param>
/// <param name="Filter">Name of the network filter that holds it; null: none.</param>
/// <param name="FilterAddresses">What the filter takes for the VM's own: its parameter <c>IP</c>.</param>
/// <param name="Xml">The whole element.</param>
public sealed record DomainInterface(string Mac, string? Network, string? Bridge, string? Filter, IReadOnlyList<string> FilterAddresses, string Xml)
{
    public static IReadOnlyList<DomainInterface> ListOf(DomainConfig config) =>
        [.. (XElement.Parse(config.Xml).Element("devices")?.Elements("interface") ?? []).Select(Of).Where(i => i.Mac.Length > 0)];

    /// <summary>The element with another filter, its other settings as they are.</summary>
    /// <param name="filter">Null: none.</param>
    public string WithFilter(XElement? filter)
    {
        var changed = XElement.Parse(Xml);
        changed.Elements("filterref").Remove();
        if (filter is not null) changed.Add(filter);
        return changed.ToString(SaveOptions.DisableFormatting);
    }

    /// <summary>The filter as it stands in the element; null: none.</summary>
    public XElement? FilterXml => XElement.Parse(Xml).Element("filterref");

    private static DomainInterface Of(XElement element)
    {
        var (source, filter) = (element.Element("source"), element.Element("filterref"));
        return new(
            ((string?)element.Element("mac")?.Attribute("address") ?? "").ToLowerInvariant(), (string?)source?.Attribute("network"), (string?)source?.Attribute("bridge"),
            (string?)filter?.Attribute("filter"),
            [.. (filter?.Elements("parameter") ?? []).Where(p => (string?)p.Attribute("name") == "IP").Select(p => (string?)p.Attribute("value") ?? "")],
            element.ToString(SaveOptions.DisableFormatting));
    }
}

/// <summary>Who says which addresses an interface has.</summary>
public enum AddressSource
{
    /// <summary>DHCP of libvirt's own network.</summary>
    Lease = 0,

    /// <summary>The guest's agent: the guest's word alone.</summary>
    Agent = 1,

    /// <summary>The host's neighbour table: what answered to that address last.</summary>
    Neighbour = 2,
}

/// <param name="Mac">Lower case.</param>
/// <param name="Address">IPv4.</param>
public sealed record InterfaceAddress(string Mac, string Address);
