using System.Text.RegularExpressions;

namespace Stillpoint.Doctor.Causes;

/// <summary>SELinux keeps the agent from its own files.</summary>
internal sealed partial class AgentSelinuxDenied() : StatedCause("agent-selinux-denied", Link.Agent)
{
    private static readonly LinePattern Denied = new("avc:", DeniedLine(), LogKind.Audit | LogKind.System);

    public override CauseCard Card { get; } = new(
        Worth.None,
        [new("restore-labels", Applies.SeLinux), new("allow-in-policy", Applies.SeLinux)]);

    protected override IReadOnlyList<LinePattern> Says => [Denied];

    [GeneratedRegex(
        @"avc: +denied .*(waagent_t|comm=""waagent""|path=""/var/lib/waagent).*permissive=0|avc: +denied .*(comm=""waagent""|" +
        "waagent_t)(?!.*permissive)",
        RegexOptions.CultureInvariant | RegexOptions.IgnoreCase)]
    private static partial Regex DeniedLine();
}
