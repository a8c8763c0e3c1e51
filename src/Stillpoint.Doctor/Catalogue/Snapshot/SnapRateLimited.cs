using System.Text.RegularExpressions;

namespace Stillpoint.Doctor.Causes;

/// <summary>Storage takes no more snapshots for now: too many calls in a short time.</summary>
internal sealed partial class SnapRateLimited() : StatedCause("snap-rate-limited", Link.Snapshot)
{
    private static readonly LinePattern Refused = new(["SnapshotRateExceeded", "rate of snapshot"], RefusedLine(), LogKind.Extension);

    public override CauseCard Card { get; } = new(
        Worth.None,
        [new("wait-and-retry"), new("spread-snapshots")]);

    protected override IReadOnlyList<LinePattern> Says => [Refused];

    protected override IReadOnlyList<int> Numbers => [173];

    [GeneratedRegex(
        "(api returned|retrying|ErrorMessage|Code>).*(SnapshotRateExceeded|rate of snapshot blob calls is exceeded)",
        RegexOptions.CultureInvariant | RegexOptions.IgnoreCase)]
    private static partial Regex RefusedLine();
}
