using System.Text.RegularExpressions;
using Stillpoint.Model;

namespace Stillpoint.Doctor.Outputs;

/// <summary>
/// <c>iptables -S</c>, <c>iptables -L -n</c>, <c>nft list ruleset</c>: rules that drop what goes out to the host's address or to the network. The agent's own
/// rule, which drops for everybody but root, is none of them.
/// </summary>
internal static partial class FirewallOutput
{
    public static IEnumerable<Fact> Read(OutputText output)
    {
        for (var i = 0; i < output.Lines.Length; i++)
        {
            var line = output.Lines[i];
            if (line.Contains("--ctstate INVALID,NEW", StringComparison.Ordinal) || line.Contains("ctstate INVALID,NEW", StringComparison.Ordinal)) continue;
            if (Rule().Match(line) is { Success: true } rule)
                yield return output.Fact("guest.firewall-drop:" + (rule.Groups["address"] is { Success: true } a ? a.Value : "*"), line, i + 1);
            else if (Nft().Match(line) is { Success: true } nft)
                yield return output.Fact("guest.firewall-drop:" + nft.Groups["address"].Value, line, i + 1);
            else if (line is "-P OUTPUT DROP" or "-P OUTPUT REJECT" || PolicyDrop().IsMatch(line))
                yield return output.Fact("guest.firewall-drop:*", line, i + 1);
            else if (Route().IsMatch(line))
                yield return output.Fact("guest.default-route", "present", i + 1);
            else if (LinkState().Match(line) is { Success: true } link)
                yield return output.Fact("guest.link:" + link.Groups["name"].Value, link.Groups["state"].Value.ToLowerInvariant(), i + 1);
        }
    }

    [GeneratedRegex(@"^-A OUTPUT( -d (?<address>[0-9./]+))?[^\n]* -j (DROP|REJECT)\b", RegexOptions.CultureInvariant)]
    private static partial Regex Rule();

    [GeneratedRegex(@"\bip daddr (?<address>[0-9./]+)\b[^\n]*\b(drop|reject)\b", RegexOptions.CultureInvariant)]
    private static partial Regex Nft();

    [GeneratedRegex(@"hook output .*policy drop|^Chain OUTPUT \(policy DROP", RegexOptions.CultureInvariant)]
    private static partial Regex PolicyDrop();

    [GeneratedRegex(@"^(default via \S+|0\.0\.0\.0 +[0-9.]+ +0\.0\.0\.0 +UG)", RegexOptions.CultureInvariant)]
    private static partial Regex Route();

    [GeneratedRegex(@"^[0-9]+: (?<name>e\w+|wl\w+)[:@].* state (?<state>UP|DOWN)\b", RegexOptions.CultureInvariant)]
    private static partial Regex LinkState();
}
