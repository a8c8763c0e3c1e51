using System.Text.RegularExpressions;

namespace Stillpoint.Doctor.Causes;

/// <summary>There is no agent in the guest.</summary>
internal sealed partial class AgentNotInstalled() : Cause("agent-not-installed", Link.Agent)
{
    private static readonly LinePattern Unknown = new("could not be found", UnknownLine(), LogKind.Command);
    private static readonly LinePattern Known = new(".service - ", KnownLine(), LogKind.Command);

    public override CauseCard Card { get; } = new(
        Worth.Crash,
        [
            new("install-agent-debian", Applies.Debian), new("install-agent-rhel", Applies.Rhel), new("install-agent-suse", Applies.Suse),
            new("install-agent-windows", Applies.Windows),
        ]);

    public override IReadOnlyList<LinePattern> Patterns => [Unknown, Known];

    public override IReadOnlyList<string> Explains => ["kvm-agent-not-connected"];

    private static readonly string[] Units = ["walinuxagent", "waagent", "qemu-guest-agent"];

    public override Finding? Judge(CaseFile file)
    {
        var states = Units.Select(u => file.Fact($"guest.service:{u}")).OfType<Stillpoint.Model.Fact>().ToArray();
        if (file.Hits(Known).Any || states.Any(s => s.Value != "not-found")) return null;
        // Each distribution knows the agent under one of two names: both must be missing.
        var azure = states.Count(s => !s.Name.EndsWith("qemu-guest-agent", StringComparison.Ordinal));
        var ours = states.Length > azure && file.Value("vm.channel") != "waagent";
        if (azure == 2 || ours) return Finding.Certain([.. states]).AsLasting();
        var unknown = file.Hits(Unknown);
        return unknown.Events.Select(e => e.Text).Distinct(StringComparer.Ordinal).Count() >= 2
            ? Finding.Certain(unknown).AsLasting()
            : null;
    }

    [GeneratedRegex(
        @"Unit (walinuxagent|waagent|qemu-guest-agent)\.service could not be found",
        RegexOptions.CultureInvariant | RegexOptions.IgnoreCase)]
    private static partial Regex UnknownLine();

    [GeneratedRegex(@"(walinuxagent|waagent|qemu-guest-agent)\.service - ", RegexOptions.CultureInvariant | RegexOptions.IgnoreCase)]
    private static partial Regex KnownLine();
}
