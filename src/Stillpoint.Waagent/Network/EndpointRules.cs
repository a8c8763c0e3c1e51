using System.Globalization;

namespace Stillpoint.Waagent;

/// <summary>
/// The endpoints as rules of a firewall. An accept ends only the chain it stands in, so those for Linux are a chain to be called from the one that drops: `output`
/// in a guest, `input` on the host. Loading them again changes nothing.
/// </summary>
public static class EndpointRules
{
    /// <summary>For <c>nft -f</c>.</summary>
    public static string Nft(IReadOnlyList<GuestEndpoint> endpoints) => $$"""
        # Then, in the guest: nft insert rule inet filter output jump stillpoint
        # On the host:        nft insert rule inet filter input jump stillpoint
        add table inet filter
        add chain inet filter stillpoint
        flush chain inet filter stillpoint
        {{Lines(endpoints, e => $"add rule inet filter stillpoint ip daddr {e.Address} tcp dport {Number(e.Port)} accept")}}

        """;

    /// <summary>For <c>iptables-restore --noflush</c>.</summary>
    public static string IpTables(IReadOnlyList<GuestEndpoint> endpoints) => $"""
        # Then, in the guest: iptables -I OUTPUT -j STILLPOINT
        # On the host:        iptables -I INPUT -j STILLPOINT
        *filter
        :STILLPOINT - [0:0]
        {Lines(endpoints, e => $"-A STILLPOINT -d {e.Address}/32 -p tcp -m tcp --dport {Number(e.Port)} -j ACCEPT")}
        COMMIT

        """;

    /// <summary>For <c>virsh nwfilter-define</c>.</summary>
    public static string NwFilter(IReadOnlyList<GuestEndpoint> endpoints) => $"""
        <!-- In the VM's own filter, before what drops: <filterref filter='stillpoint-endpoints'/> -->
        <filter name='stillpoint-endpoints' chain='root'>
        {Lines(endpoints, e => $"  <rule action='accept' direction='out' priority='100'><tcp dstipaddr='{e.Address}' dstportstart='{Number(e.Port)}'/></rule>")}
        </filter>

        """;

    /// <summary>For a guest with Windows.</summary>
    public static string PowerShell(IReadOnlyList<GuestEndpoint> endpoints) => Lines(endpoints, e =>
        $"New-NetFirewallRule -DisplayName 'Stillpoint {e.Use}' -Direction Outbound -Action Allow -Protocol TCP -RemoteAddress {e.Address} -RemotePort {Number(e.Port)}") + "\n";

    private static string Lines(IReadOnlyList<GuestEndpoint> endpoints, Func<GuestEndpoint, string> line) => string.Join('\n', endpoints.Select(line));

    private static string Number(int port) => port.ToString(CultureInfo.InvariantCulture);
}
