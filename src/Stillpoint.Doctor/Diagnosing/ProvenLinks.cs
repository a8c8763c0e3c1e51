using System.Text.RegularExpressions;

namespace Stillpoint.Doctor;

/// <summary>
/// Lines that prove a link of the chain good, and with it all before it. What broke earlier than that has healed and is history, not the cause.
/// </summary>
internal sealed partial class ProvenLinks
{
    private static readonly (LinePattern Pattern, Link Link)[] Table =
    [
        (new("[HEARTBEAT]", null, LogKind.Agent), Link.Agent),
        (new("running as the goal state agent", null, LogKind.Agent), Link.Agent),
        (new("ProcessExtensionsInGoalState completed", null, LogKind.Agent), Link.GoalState),
        (new("ProcessGoalState completed", null, LogKind.Agent), Link.GoalState),
        (new("Starting Freeze Binary", null, LogKind.Extension), Link.Extension),
        (new("Binary Freeze Completed", null, LogKind.Extension), Link.Freeze),
        (new("Snaphotting", SnapshotDone(), LogKind.Extension), Link.Snapshot),
        (new("Binary Thaw Signal Received", null, LogKind.Extension), Link.Snapshot),
        (new("StatusCode.success", null, LogKind.Extension), Link.Status),
    ];

    /// <summary>Failures of ours that the guest's part in a backup can be the reason of. After any other one that part is no matter.</summary>
    private static readonly string[] GuestFailures =
        ["agent-", "freeze-", "fs-freeze-", "guard-", "thaw-", "warden-", "begin-", "consistency-", "snapshot-", "not-frozen-"];

    private readonly (Hits Hits, Link Link)[] _seen;
    private readonly bool _guestIsNoMatter;

    public ProvenLinks(CaseFile file)
    {
        _seen = [.. Table.Select(t => (file.Hits(t.Pattern), t.Link)).Where(t => t.Item1.Any)];
        _guestIsNoMatter = file.Value(FactNames.FailureCode) is { } code && !GuestFailures.Any(g => code.StartsWith(g, StringComparison.Ordinal));
    }

    public static IEnumerable<LinePattern> Patterns => Table.Select(t => t.Pattern);

    /// <summary>True if everything the finding rests on came before a proof that its link is good, or the job failed of something else.</summary>
    public bool Healed(Finding finding, Link link)
    {
        // A full vault is not explained by an agent that is missing as well.
        if (_guestIsNoMatter && (finding.GuestOnly || link is >= Link.Agent and <= Link.Freeze)) return true;
        if (finding.Lasting || finding.Evidence.IsEmpty || finding.Evidence.Any(q => q.Line is null)) return false;
        return _seen.Any(seen => seen.Link >= link && finding.Evidence.All(q => IsBefore(q, seen.Hits.Last!)));
    }

    private static bool IsBefore(Quote quote, LogEvent proof) =>
        quote.Source == proof.Source ? quote.Line < proof.Line : quote.Time is { } at && proof.Time is { } good && at < good;

    [GeneratedRegex(@"6\. Snaphotting .*Completed", RegexOptions.CultureInvariant)]
    private static partial Regex SnapshotDone();
}
