using System.Text.RegularExpressions;

namespace Stillpoint.Doctor.Causes;

/// <summary>On Windows: the shadow copy provider refuses its work.</summary>
internal sealed partial class VssProviderFailed() : StatedCause("vss-provider-failed", Link.Quiesce)
{
    private static readonly LinePattern Refused = new(
        ["to snapshot set", "IVssWriterCallback", "VSS Provider is already installed"],
        RefusedLine(), LogKind.Windows | LogKind.Host | LogKind.System);

    public override CauseCard Card { get; } = new(
        Worth.Crash,
        [new("dcom-permission", Applies.Windows), new("reinstall-vss-provider", Applies.Windows)], NeverVerifiedOnWindows: true);

    protected override IReadOnlyList<LinePattern> Says => [Refused];

    [GeneratedRegex(
        "failed to add .* to snapshot set|IVssWriterCallback.*(?<code>0x80070005)|QGA VSS Provider is already installed",
        RegexOptions.CultureInvariant | RegexOptions.IgnoreCase)]
    private static partial Regex RefusedLine();
}
