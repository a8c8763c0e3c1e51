using System.Text.RegularExpressions;

namespace Stillpoint.Doctor.Causes;

/// <summary>
/// The agent knows the host's address and gets no answer from it. The platform's networks never block that address; something in the guest
/// does.
/// </summary>
internal sealed partial class NetHostchannelBlocked() : Cause("net-hostchannel-blocked", Link.HostChannel)
{
    private static readonly LinePattern Failing = new(
        ["168.63.129.16", "HostGAPlugin is not available", "either channel", "WireServer is not responding"],
        FailingLine(), LogKind.Agent);
    private static readonly LinePattern Recovered = new(
        ["recovered from previous errors", "ExtensionsInGoalState completed", "ProcessGoalState completed"],
        null, LogKind.Agent);
    private static readonly LinePattern Rule = new("168.63.129.16", RuleLine(), LogKind.Command | LogKind.Config);

    public override CauseCard Card { get; } = new(
        Worth.None,
        [
            new("find-blocking-rule", Applies.Linux), new("allow-root-to-host-address", Applies.Waagent),
            new("find-blocking-filter", Applies.Windows),
        ]);

    public override IReadOnlyList<LinePattern> Patterns => [Failing, Recovered, Rule];

    public override IReadOnlyList<string> YieldsTo => ["net-interface-down", "net-dhcp-no-host-address"];

    /// <summary>Fewer are noise: the agent's makers pass over up to five.</summary>
    private const int Enough = 6;

    public override Finding? Judge(CaseFile file)
    {
        var (failing, rule) = (file.Hits(Failing), file.Hits(Rule));
        if (file.Fact($"guest.firewall-drop:{Signs.HostAddress}") is { } drop)
            return Finding.Certain(drop, failing).With("address", Signs.HostAddress).AsLasting();
        if (rule.Any) return Finding.Certain(rule, failing).With("address", Signs.HostAddress).AsLasting();
        var probe = file.Facts("guest.reach")
            .FirstOrDefault(r => r.Subject.StartsWith(Signs.HostAddress, StringComparison.Ordinal)
                && r.Fact.Value is "timeout" or "refused");
        if (probe.Fact is not null) return Finding.Certain(probe.Fact, failing).With("address", probe.Subject);
        var standing = failing.CountAfter(file.Hits(Recovered));
        return standing >= Enough ? Finding.Likely(failing).With("address", Signs.HostAddress).With("count", standing) : null;
    }

    [GeneratedRegex(
        @"GET http://168\.63\.129\.16(:\d+)?/.*(timed out|Errno 111|refused)|HostGAPlugin is not available|" +
        "Failed to upload status blob via either channel|WireServer is not responding",
        RegexOptions.CultureInvariant | RegexOptions.IgnoreCase)]
    private static partial Regex FailingLine();

    [GeneratedRegex(
        @"^-A (OUTPUT|INPUT)\b(?!.*(ctstate|--state)).*168\.63\.129\.16.* -j (DROP|REJECT)|168\.63\.129\.16(/32)? (drop|" +
        @"reject)\b",
        RegexOptions.CultureInvariant | RegexOptions.IgnoreCase)]
    private static partial Regex RuleLine();
}
