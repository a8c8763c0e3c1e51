namespace Stillpoint.Doctor.Causes;

/// <summary>
/// The complaint of the article itself: no status of the snapshot came back. It names no cause, and is only shown where none was found.
/// </summary>
internal sealed class SnapStatusUnavailable() : Cause("snap-status-unavailable", Link.Status)
{
    public override CauseCard Card { get; } = new(
        Worth.Suspect,
        [new("collect-logs", Applies.Waagent), new("collect-logs-windows", Applies.Windows), new("run-test-backup")], Seed: "C4");

    public override bool Umbrella => true;

    public override IReadOnlyList<LinePattern> Patterns => [Signs.Complaint];

    public override Finding? Judge(CaseFile file) =>
        file.Hits(Signs.Complaint) is { Any: true } complaint ? Finding.Likely(complaint)
        : Signs.Failed(file, "snapshot-timed-out") is { } own ? Finding.Likely(own) : null;
}
