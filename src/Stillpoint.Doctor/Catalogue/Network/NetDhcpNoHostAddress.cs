using System.Text.RegularExpressions;

namespace Stillpoint.Doctor.Causes;

/// <summary>
/// The agent never learns the host's address: it comes with DHCP option 245, and the guest has a static address or a DHCP server that does
/// not send it.
/// </summary>
internal sealed partial class NetDhcpNoHostAddress() : Cause("net-dhcp-no-host-address", Link.HostChannel)
{
    private static readonly LinePattern Asked = new("Send dhcp request", null, LogKind.Agent);
    private static readonly LinePattern Failed = new(
        ["dhcp response", "No route exists", "endpoint is None", "DhcpError"],
        FailedLine(), LogKind.Agent);
    private static readonly LinePattern Found = new(["Wire server endpoint:", "cached endpoint found"], null, LogKind.Agent);
    private static readonly LinePattern Static = new(["dhcp4:", "BOOTPROTO", "iface "], StaticLine(), LogKind.Config);
    private static readonly LinePattern NoOption = new("245:False", null, LogKind.Agent);

    public override CauseCard Card { get; } = new(
        Worth.None,
        [
            new("enable-dhcp", Applies.Linux), new("reserve-address-platform", Applies.StaticIp),
            new("reserve-address-libvirt", Applies.StaticIp), new("write-endpoint-file", Applies.Waagent),
        ], Seed: "T5");

    public override IReadOnlyList<LinePattern> Patterns => [Asked, Failed, Found, Static, NoOption];

    public override Finding? Judge(CaseFile file)
    {
        var (failed, found) = (file.Hits(Failed), file.Hits(Found));
        var setting = file.Hits(Static);
        var measured = file.FactIs("guest.dhcp-option-245", "missing");
        // Asking again at boot is normal; never finding it is not.
        var lost = failed.CountAfter(found) > 0 && file.Hits(Asked).CountAfter(found) > 0;
        if (!lost && !(measured is not null
            && file.Facts("guest.reach").Any(r => r.Subject.StartsWith(Signs.HostAddress, StringComparison.Ordinal)
                && r.Fact.Value == "no-route")))
            return null;
        var (mode, option) = (file.FactIs("guest.address-mode", "static"), file.Hits(NoOption));
        var why = setting.Any || mode is not null || option.Any || measured is not null;
        return (why ? Finding.Certain(failed, setting, option, mode, measured) : Finding.Likely(failed))
            .With("interface", file.Value("guest.interface")).With("address", file.Value("guest.address"))
                .With("mac", file.Value("guest.mac"));
    }

    [GeneratedRegex(
        "Failed to (receive|get) dhcp|Failed to send DHCP request|WireProtocol endpoint is None|No route exists to 168",
        RegexOptions.CultureInvariant | RegexOptions.IgnoreCase)]
    private static partial Regex FailedLine();

    [GeneratedRegex(
        @"^\s*dhcp4:\s*(false|no)\b|^BOOTPROTO=""?(none|static)|^iface (?!lo\b)\w+ inet static",
        RegexOptions.CultureInvariant | RegexOptions.IgnoreCase)]
    private static partial Regex StaticLine();
}
