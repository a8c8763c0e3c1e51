using System.Text.RegularExpressions;
using Stillpoint.Model;

namespace Stillpoint.Doctor.Outputs;

/// <summary>waagent.conf, os-release, netplan, ifcfg, and what the security modules say of themselves.</summary>
internal static partial class SettingsOutput
{
    public static IEnumerable<Fact> Read(OutputText output)
    {
        for (var i = 0; i < output.Lines.Length; i++)
        {
            var line = output.Lines[i];
            if (AgentSetting().Match(line) is { Success: true } setting)
                yield return output.Fact("guest.config:" + setting.Groups["key"].Value, setting.Groups["value"].Value, i + 1);
            else if (OsId().Match(line) is { Success: true } os)
                yield return output.Fact(FactNames.GuestOs, os.Groups["id"].Value, i + 1);
            else if (StaticAddress().IsMatch(line))
                yield return output.Fact("guest.address-mode", "static", i + 1);
            else if (Dhcp().IsMatch(line))
                yield return output.Fact("guest.address-mode", "dhcp", i + 1);
            else if (SeLinux().Match(line) is { Success: true } mode && (i == 0 || mode.Groups["named"].Success))
                yield return output.Fact("guest.selinux", mode.Groups["mode"].Value.ToLowerInvariant(), i + 1);
            else if (Proxy().Match(line) is { Success: true } proxy)
                yield return output.Fact("guest.proxy", proxy.Groups["value"].Value, i + 1);
        }
    }

    [GeneratedRegex(@"^(?<key>(Extensions|Provisioning|HttpProxy|OS|AutoUpdate|ResourceDisk|Logs|Debug|LBProbeResponder|CGroups|Role)\.[\w.]+) ?= ?(?<value>\S+)", RegexOptions.CultureInvariant)]
    private static partial Regex AgentSetting();

    [GeneratedRegex("^ID=\"?(?<id>[a-z]+)", RegexOptions.CultureInvariant)]
    private static partial Regex OsId();

    [GeneratedRegex(@"^\s*(dhcp4: *(false|no)\b|BOOTPROTO=""?(none|static)\b|iface \S+ inet static\b)", RegexOptions.CultureInvariant)]
    private static partial Regex StaticAddress();

    [GeneratedRegex(@"^\s*(dhcp4: *(true|yes)\b|BOOTPROTO=""?dhcp\b|iface \S+ inet dhcp\b)", RegexOptions.CultureInvariant)]
    private static partial Regex Dhcp();

    [GeneratedRegex(@"^(?<named>Current mode: +)?(?<mode>[Ee]nforcing|[Pp]ermissive|[Dd]isabled)$", RegexOptions.CultureInvariant)]
    private static partial Regex SeLinux();

    [GeneratedRegex("^(export |Environment=\"?)?(https_proxy|HTTPS_PROXY|http_proxy|HTTP_PROXY)=\"?(?<value>[^\"\\s]+)", RegexOptions.CultureInvariant)]
    private static partial Regex Proxy();
}
