namespace Stillpoint.Doctor.Causes;

/// <summary>The host's own snapshot service failed.</summary>
internal sealed class SnapHostServiceError() : Cause("snap-host-service-error", Link.Snapshot)
{
    private static readonly LinePattern Absent =
        new(["BHS is not runnning on host", "FailedHostSnapshotRemoteServerError"], null, LogKind.Extension);
    private static readonly LinePattern Taken = new("Binary Thaw Signal Received", null, LogKind.Extension);

    public override CauseCard Card { get; } = new(
        Worth.None,
        [new("wait-and-retry"), new("guest-side-snapshot", Applies.Waagent)]);

    public override IReadOnlyList<LinePattern> Patterns => [Absent, Taken];

    public override Finding? Judge(CaseFile file)
    {
        var absent = file.Hits(Absent);
        if (file.Extension.Standing(556) is { } reported) return Finding.Certain(reported.Event, absent);
        // With "first host, then guest" the guest's own way may have followed.
        return absent.CountAfter(file.Hits(Taken)) > 0 ? Finding.Likely(absent) : null;
    }
}
