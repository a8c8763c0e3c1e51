using System.Text.RegularExpressions;

namespace Stillpoint.Doctor.Causes;

/// <summary>A policy forbids the extension: the agent's own policy file, or the platform's.</summary>
internal sealed partial class ExtPolicyBlocked() : StatedCause("ext-policy-blocked", Link.Package)
{
    private static readonly LinePattern Refused = new(
        ["ExtensionPolicyError", "Extension will not be processed", "RequestDisallowedByPolicy"],
        RefusedLine(), LogKind.Any);

    public override CauseCard Card { get; } = new(
        Worth.None,
        [new("allow-in-agent-policy", Applies.Waagent), new("allow-in-azure-policy", Applies.Azure)]);

    protected override IReadOnlyList<LinePattern> Says => [Refused];

    [GeneratedRegex(
        @"\[ExtensionPolicyError\]|Extension will not be processed: failed to .*because (it is not specified as an allowed|" +
        "policy specifies)|RequestDisallowedByPolicy",
        RegexOptions.CultureInvariant | RegexOptions.IgnoreCase)]
    private static partial Regex RefusedLine();
}
