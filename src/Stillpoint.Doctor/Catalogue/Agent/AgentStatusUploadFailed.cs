using System.Text.RegularExpressions;

namespace Stillpoint.Doctor.Causes;

/// <summary>The snapshot was taken and thawed in time; only its report never arrived, so the job looks failed.</summary>
internal sealed partial class AgentStatusUploadFailed() : Cause("agent-status-upload-failed", Link.Status)
{
    private static readonly LinePattern Done = new("Binary Thaw Signal Received", DoneLine(), LogKind.Extension);
    private static readonly LinePattern Taken = new("Snaphotting", TakenLine(), LogKind.Extension);
    private static readonly LinePattern Unreported = new("status", UnreportedLine(), LogKind.Agent | LogKind.Extension);
    private static readonly LinePattern Reported = new("StatusCode.success", ReportedLine(), LogKind.Extension);

    public override CauseCard Card { get; } = new(
        Worth.Whole,
        [new("cure-channel"), new("adopt-snapshot", Applies.Stillpoint)]);

    public override IReadOnlyList<LinePattern> Patterns => [Done, Taken, Unreported, Reported];

    public override IReadOnlyList<string> YieldsTo =>
        ["net-hostchannel-blocked", "net-no-outbound", "net-interface-down", "net-dns", "net-tls-trust"];

    public override Finding? Judge(CaseFile file)
    {
        var (taken, done, unreported) = (file.Hits(Taken), file.Hits(Done), file.Hits(Unreported));
        if (!taken.Any || !done.Any || unreported.CountAfter(done) == 0) return null;
        return Finding.Certain(done.Last, unreported).With("count", unreported.Count);
    }

    [GeneratedRegex(@"8\. Binary Thaw Signal Received", RegexOptions.CultureInvariant | RegexOptions.IgnoreCase)]
    private static partial Regex DoneLine();

    [GeneratedRegex(@"6\. Snaphotting .*Completed", RegexOptions.CultureInvariant | RegexOptions.IgnoreCase)]
    private static partial Regex TakenLine();

    [GeneratedRegex(
        "Failed to (upload|report) .*status|cannot write status to the status blob|blob failed to write",
        RegexOptions.CultureInvariant | RegexOptions.IgnoreCase)]
    private static partial Regex UnreportedLine();

    [GeneratedRegex(@"StatusCode\.success\w*", RegexOptions.CultureInvariant | RegexOptions.IgnoreCase)]
    private static partial Regex ReportedLine();
}
