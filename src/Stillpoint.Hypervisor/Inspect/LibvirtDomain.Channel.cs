using System.Xml.Linq;
using Stillpoint.Hypervisor.Interop;
using Stillpoint.Model;

namespace Stillpoint.Hypervisor;

internal sealed partial class LibvirtDomain
{
    private const string Channel =
        $"<channel type='unix'><target type='virtio' name='{DomainXml.AgentChannel}'/></channel>";

    public Task AddAgentChannelAsync(CancellationToken ct) => RunAsync(Stage.Preflight, domain =>
    {
        var places = IsOff(domain) ? VirFlag.AffectConfig : VirFlag.AffectLive | VirFlag.AffectConfig;
        return Check.Result(NativeMethods.virDomainAttachDeviceFlags(domain, Channel, places), "virDomainAttachDeviceFlags");
    }, ct);

    public Task RemoveAgentChannelAsync(CancellationToken ct) => RunAsync(Stage.Preflight, domain =>
    {
        // libvirt finds a channel only by all of it, and the running one has a socket that the defined one has not.
        if (!IsOff(domain)) Detach(domain, 0, VirFlag.AffectLive);
        return Detach(domain, VirFlag.XmlInactive, VirFlag.AffectConfig);
    }, ct);

    private static int Detach(DomainHandle domain, uint xmlFlags, uint place)
    {
        var xml = Check.Text(NativeMethods.virDomainGetXMLDesc(domain, xmlFlags), "virDomainGetXMLDesc");
        var channel = XElement.Parse(xml).Descendants("channel")
            .FirstOrDefault(c => (string?)c.Element("target")?.Attribute("name") == DomainXml.AgentChannel);
        return channel is null ? 0 : Check.Result(
            NativeMethods.virDomainDetachDeviceFlags(domain, channel.ToString(SaveOptions.DisableFormatting), place), "virDomainDetachDeviceFlags");
    }
}
