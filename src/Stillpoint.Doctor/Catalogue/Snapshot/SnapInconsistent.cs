using System.Text.RegularExpressions;

namespace Stillpoint.Doctor.Causes;

/// <summary>The snapshot was taken while the guest was no longer at rest; it must not be kept as consistent.</summary>
internal sealed partial class SnapInconsistent() : StatedCause("snap-inconsistent", Link.Snapshot)
{
    private static readonly LinePattern Said = new(
        ["Snapshots are inconsistent", "snapshot result inconsistent", "unable to sleep"],
        SaidLine(), LogKind.Extension);

    public override CauseCard Card { get; } = new(
        Worth.None,
        [new("discard-and-run-again")]);

    protected override IReadOnlyList<LinePattern> Says => [Said];

    protected override IReadOnlyList<string> Failures => ["begin-outlived-freeze", "thaw-count-mismatch", "guard-fired"];

    public override IReadOnlyList<string> YieldsTo => ["fs-frozen-left-behind", "res-high-cpu", "res-high-memory"];

    [GeneratedRegex(
        "Snapshots are inconsistent|snapshot result inconsistent|Machine unable to sleep",
        RegexOptions.CultureInvariant | RegexOptions.IgnoreCase)]
    private static partial Regex SaidLine();
}
