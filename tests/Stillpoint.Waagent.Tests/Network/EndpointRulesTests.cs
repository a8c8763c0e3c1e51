using System.Net;
using System.Xml.Linq;
using Xunit;

namespace Stillpoint.Waagent.Tests.Network;

/// <summary>What a firewall is given; that the real tools take it is shown in EndToEnd.</summary>
public sealed class EndpointRulesTests
{
    private static readonly IReadOnlyList<GuestEndpoint> Endpoints = GuestEndpoint.All(IPEndPoint.Parse("10.1.2.3:4000"));

    [Fact]
    public void Endpoints_OfAzuresAgent_AreFour() => Assert.Equal(
        [new("168.63.129.16", 80, "wire-server"), new("168.63.129.16", 32526, "host-plugin"), new("10.1.2.3", 4000, "snapshot"), new("169.254.169.254", 80, "metadata")], Endpoints);

    [Fact]
    public void Nft_Rules_AreAChainThatIsMadeAnewEachTime() => Assert.Equal(
        [
            "add table inet filter", "add chain inet filter stillpoint", "flush chain inet filter stillpoint",
            "add rule inet filter stillpoint ip daddr 168.63.129.16 tcp dport 80 accept", "add rule inet filter stillpoint ip daddr 168.63.129.16 tcp dport 32526 accept",
            "add rule inet filter stillpoint ip daddr 10.1.2.3 tcp dport 4000 accept", "add rule inet filter stillpoint ip daddr 169.254.169.254 tcp dport 80 accept",
        ], Commands(EndpointRules.Nft(Endpoints)));

    [Fact]
    public void IpTables_Rules_AreAChainThatIsMadeAnewEachTime() => Assert.Equal(
        [
            "*filter", ":STILLPOINT - [0:0]", "-A STILLPOINT -d 168.63.129.16/32 -p tcp -m tcp --dport 80 -j ACCEPT", "-A STILLPOINT -d 168.63.129.16/32 -p tcp -m tcp --dport 32526 -j ACCEPT",
            "-A STILLPOINT -d 10.1.2.3/32 -p tcp -m tcp --dport 4000 -j ACCEPT", "-A STILLPOINT -d 169.254.169.254/32 -p tcp -m tcp --dport 80 -j ACCEPT", "COMMIT",
        ], Commands(EndpointRules.IpTables(Endpoints)));

    [Fact]
    public void NwFilter_Rules_AllowWhatTheGuestSends()
    {
        var filter = XElement.Parse(EndpointRules.NwFilter(Endpoints));
        Assert.Equal("stillpoint-endpoints", (string?)filter.Attribute("name"));
        Assert.All(filter.Elements("rule"), r => Assert.Equal(("accept", "out"), ((string?)r.Attribute("action"), (string?)r.Attribute("direction"))));
        Assert.Equal(
            ["168.63.129.16:80", "168.63.129.16:32526", "10.1.2.3:4000", "169.254.169.254:80"],
            filter.Elements("rule").Select(r => $"{(string?)r.Element("tcp")!.Attribute("dstipaddr")}:{(string?)r.Element("tcp")!.Attribute("dstportstart")}"));
    }

    [Fact]
    public void PowerShell_Rules_AreOneCommandEach() => Assert.Equal(
        [
            "New-NetFirewallRule -DisplayName 'Stillpoint wire-server' -Direction Outbound -Action Allow -Protocol TCP -RemoteAddress 168.63.129.16 -RemotePort 80",
            "New-NetFirewallRule -DisplayName 'Stillpoint host-plugin' -Direction Outbound -Action Allow -Protocol TCP -RemoteAddress 168.63.129.16 -RemotePort 32526",
            "New-NetFirewallRule -DisplayName 'Stillpoint snapshot' -Direction Outbound -Action Allow -Protocol TCP -RemoteAddress 10.1.2.3 -RemotePort 4000",
            "New-NetFirewallRule -DisplayName 'Stillpoint metadata' -Direction Outbound -Action Allow -Protocol TCP -RemoteAddress 169.254.169.254 -RemotePort 80",
        ], Commands(EndpointRules.PowerShell(Endpoints)));

    private static string[] Commands(string text) => [.. text.Split('\n').Where(l => l.Length > 0 && l[0] != '#')];
}
