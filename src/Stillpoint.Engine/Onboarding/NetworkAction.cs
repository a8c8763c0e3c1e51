using System.Xml.Linq;

namespace Stillpoint.Engine.Onboarding;

/// <summary>libvirt's definition of the network: addresses on its bridge, and DHCP option 245. What runs is not touched.</summary>
internal sealed class NetworkAction : OnboardingAction
{
    /// <summary>The option as dnsmasq takes it: sent without being asked for, since the agent asks for nothing. The bytes are 168.63.129.16.</summary>
    public const string Option = "dhcp-option-force=245,a8:3f:81:10";
    private static readonly XNamespace Dnsmasq = "http://libvirt.org/schemas/network/dnsmasq/1.0";

    public override async Task ApplyAsync(OnboardingContext on, OnboardingChange change, CancellationToken ct)
    {
        var xml = await on.Host.FindNetworkAsync(change.Place, inactive: true, ct) ?? throw Changed(change.Place);
        await on.Host.DefineNetworkAsync(With(xml, Words(change.After)), ct);
    }

    public override async Task UndoAsync(OnboardingContext on, OnboardingChange change, CancellationToken ct)
    {
        // With the network went what was added to it.
        if (await on.Host.FindNetworkAsync(change.Place, inactive: true, ct) is { } xml) await on.Host.DefineNetworkAsync(Without(xml, Words(change.After)), ct);
    }

    /// <summary>Those of the additions that are not in it.</summary>
    public static IReadOnlyList<string> Missing(string xml, IReadOnlyList<string> additions)
    {
        var network = XElement.Parse(xml);
        return [.. additions.Where(a => !Found(network, a).Any())];
    }

    public static string With(string xml, IReadOnlyList<string> additions)
    {
        var network = XElement.Parse(xml);
        foreach (var addition in Missing(xml, additions))
        {
            if (addition == Option)
            {
                network.SetAttributeValue(XNamespace.Xmlns + "dnsmasq", Dnsmasq.NamespaceName);
                if (network.Element(Dnsmasq + "options") is null) network.Add(new XElement(Dnsmasq + "options"));
                network.Element(Dnsmasq + "options")!.Add(new XElement(Dnsmasq + "option", new XAttribute("value", Option)));
                continue;
            }
            var address = new XElement("ip", new XAttribute("address", addition.Split('/')[0]), new XAttribute("prefix", addition.Split('/')[1]));
            if (network.Elements("ip").LastOrDefault() is { } last) last.AddAfterSelf(address);
            else network.Add(address);
        }
        return network.ToString(SaveOptions.DisableFormatting);
    }

    public static string Without(string xml, IReadOnlyList<string> additions)
    {
        var network = XElement.Parse(xml);
        foreach (var addition in additions) Found(network, addition).Remove();
        if (network.Element(Dnsmasq + "options") is { HasElements: false } empty) empty.Remove();
        return network.ToString(SaveOptions.DisableFormatting);
    }

    private static IEnumerable<XElement> Found(XElement network, string addition) => addition == Option
        ? network.Elements(Dnsmasq + "options").Elements(Dnsmasq + "option").Where(o => (string?)o.Attribute("value") == Option)
        : network.Elements("ip").Where(i => (string?)i.Attribute("address") == addition.Split('/')[0]);
}
