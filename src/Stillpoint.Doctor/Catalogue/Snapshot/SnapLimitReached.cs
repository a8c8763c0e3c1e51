namespace Stillpoint.Doctor.Causes;

/// <summary>The disk has as many snapshots as storage allows.</summary>
internal sealed class SnapLimitReached() : StatedCause("snap-limit-reached", Link.Snapshot)
{
    private static readonly LinePattern Refused = new(["SnapshotCountExceeded", "snapshot count against"], null, LogKind.Extension);

    public override CauseCard Card { get; } = new(
        Worth.None,
        [new("delete-old-snapshots")]);

    protected override IReadOnlyList<LinePattern> Says => [Refused];

    protected override IReadOnlyList<int> Numbers => [85];

    protected override LinePattern? Azure { get; } = new(["ExtensionFailedSnapshotLimitReachedError"]);
}
