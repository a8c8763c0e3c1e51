using System.Text.RegularExpressions;

namespace Stillpoint.Doctor.Causes;

/// <summary>The certificates that open the extension's settings are gone, damaged or not readable.</summary>
internal sealed partial class AgentCertFailure() : StatedCause("agent-cert-failure", Link.GoalState)
{
    private static readonly LinePattern Refused = new(
        ["Cannot convert PFX to PEM", "Certificates.p7m", "out of sync with the tenant cert", "unable to load certificate",
         "Keyset does not exist", "no matching private key"],
        RefusedLine(), LogKind.Agent | LogKind.Extension | LogKind.Windows);

    public override CauseCard Card { get; } = new(
        Worth.None,
        [
            new("remove-cached-certificates", Applies.Waagent), new("use-fips-capable-agent", Applies.Waagent),
            new("machinekeys-permissions", Applies.Windows),
        ]);

    protected override IReadOnlyList<LinePattern> Says => [Refused];

    protected override IReadOnlyList<int> Numbers => [16];

    protected override LinePattern? Azure { get; } = new(["ExtensionConfigParsingFailure"]);

    [GeneratedRegex(
        @"Cannot convert PFX to PEM|Failed to decrypt (?<path>\S*Certificates\.p7m)|out of sync with the tenant cert|" +
        "unable to load certificate|Keyset does not exist|has no matching private key",
        RegexOptions.CultureInvariant | RegexOptions.IgnoreCase)]
    private static partial Regex RefusedLine();
}
