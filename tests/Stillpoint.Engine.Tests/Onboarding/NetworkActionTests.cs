using System.Xml.Linq;
using Stillpoint.Engine.Onboarding;
using Xunit;

namespace Stillpoint.Engine.Tests.Onboarding;

public sealed class NetworkActionTests
{
    private const string Network = "<network><name>default</name><bridge name='virbr0'/><ip address='192.168.122.1' netmask='255.255.255.0'><dhcp/></ip></network>";
    private static readonly string[] All = ["168.63.129.16/32", "169.254.169.254/32", NetworkAction.Option];

    [Fact]
    public void Network_WithOurs_HasThemOnceAndTakesThemBack()
    {
        var changed = NetworkAction.With(NetworkAction.With(Network, All), All);
        var root = XElement.Parse(changed);
        Assert.Equal(["192.168.122.1", "168.63.129.16", "169.254.169.254"], root.Elements("ip").Select(i => (string?)i.Attribute("address")));
        XNamespace dnsmasq = "http://libvirt.org/schemas/network/dnsmasq/1.0";
        Assert.Equal(["dhcp-option-force=245,a8:3f:81:10"], root.Elements(dnsmasq + "options").Elements(dnsmasq + "option").Select(o => (string?)o.Attribute("value")));
        Assert.Empty(NetworkAction.Missing(changed, All));
        Assert.Equal(All, NetworkAction.Missing(NetworkAction.Without(changed, All), All));
        Assert.Equal(XElement.Parse(Network).Elements().Select(e => e.ToString()), XElement.Parse(NetworkAction.Without(changed, All)).Elements().Select(e => e.ToString()));
    }

    [Fact]
    public void Network_WithOthersOptions_KeepsThem()
    {
        const string before = "<network xmlns:dnsmasq='http://libvirt.org/schemas/network/dnsmasq/1.0'><name>n</name><dnsmasq:options><dnsmasq:option value='a=1'/></dnsmasq:options></network>";
        var changed = NetworkAction.With(before, All);
        Assert.Contains("a=1", changed, StringComparison.Ordinal);
        var after = NetworkAction.Without(changed, All);
        Assert.Equal(XElement.Parse(before).ToString(), XElement.Parse(after).ToString());
    }

    /// <summary>As the kernel writes it: the bytes of an address from the last to the first.</summary>
    [Theory]
    [InlineData("168.63.129.16/32", "eth0\t10813FA8\t0100000A\t0007", "eth0"), InlineData("168.63.129.16/32", "virbr0\t10813FA8\t00000000\t0005", null)]
    [InlineData("169.254.169.254/32", "ens3\tFEA9FEA9\t0100000A\t0007", "ens3"), InlineData("169.254.169.254/32", "ens3\t0000FEA9\t00000000\t0001", null)]
    public void Address_ThatTheHostReachesElsewhere_IsSeenInItsRoutes(string address, string route, string? elsewhere) =>
        Assert.Equal(elsewhere, BridgeAddressAction.LeadsElsewhere(address, "virbr0", ["Iface\tDestination\tGateway \tFlags", route]));
}
