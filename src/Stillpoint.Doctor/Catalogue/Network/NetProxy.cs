using System.Text.RegularExpressions;

namespace Stillpoint.Doctor.Causes;

/// <summary>A proxy stands between the guest and the storage, and the agent or extension cannot get through it.</summary>
internal sealed partial class NetProxy() : Cause("net-proxy", Link.Snapshot)
{
    private static readonly LinePattern Refused =
        new(["407 Proxy", "Tunnel connection failed"], RefusedLine(), LogKind.Agent | LogKind.Extension | LogKind.Shell);
    private static readonly LinePattern Dead =
        new(["ProxyError", "Cannot connect to proxy"], DeadLine(), LogKind.Agent | LogKind.Extension | LogKind.Shell);
    private static readonly LinePattern Setting = new("PROXY=", SettingLine(), LogKind.Command);

    public override CauseCard Card { get; } = new(
        Worth.None,
        [new("set-agent-proxy", Applies.Waagent), new("set-unit-proxy", Applies.Linux), new("exclude-host-addresses")], Seed: "C1");

    public override IReadOnlyList<LinePattern> Patterns => [Refused, Dead, Setting];

    public override Finding? Judge(CaseFile file)
    {
        var (refused, dead) = (file.Hits(Refused), file.Hits(Dead));
        var setting = file.Hits(Setting);
        if (file.Facts("guest.reach").FirstOrDefault(r => r.Fact.Value == "proxy") is { Fact: { } probe } failed)
            return Finding.Certain(probe, file.Fact("guest.proxy")).With("address", failed.Subject);
        if (!refused.Any && !dead.Any) return null;
        return Finding.Certain(refused, dead, setting).With("address", setting.Value("address"));
    }

    [GeneratedRegex(
        "(Fetch failed|Failed to call http|IOError).*(407|Tunnel connection failed)",
        RegexOptions.CultureInvariant | RegexOptions.IgnoreCase)]
    private static partial Regex RefusedLine();

    [GeneratedRegex("Failed to call http.*prox|Fetch failed.*prox", RegexOptions.CultureInvariant | RegexOptions.IgnoreCase)]
    private static partial Regex DeadLine();

    [GeneratedRegex(@"^Environment=.*HTTPS?_PROXY=(?<address>\S+)", RegexOptions.CultureInvariant | RegexOptions.IgnoreCase)]
    private static partial Regex SettingLine();
}
