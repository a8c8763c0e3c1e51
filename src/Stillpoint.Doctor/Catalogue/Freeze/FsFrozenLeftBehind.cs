using System.Text.RegularExpressions;

namespace Stillpoint.Doctor.Causes;

/// <summary>The guest was frozen and not thawed again: it hangs until somebody thaws it.</summary>
internal sealed partial class FsFrozenLeftBehind() : Cause("fs-frozen-left-behind", Link.Freeze)
{
    private static readonly LinePattern Frozen = new("Binary Freeze Completed", FrozenLine(), LogKind.Extension);
    private static readonly LinePattern Thawed = new("Binary Thaw Signal Received", null, LogKind.Extension);
    private static readonly LinePattern Late = new("Failed to receive timely Thaw", null, LogKind.Extension);

    public override CauseCard Card { get; } = new(
        Worth.Suspect,
        [new("thaw-from-host", Applies.Qga), new("thaw-in-guest", Applies.Linux), new("reset-guest")], Repair: "thaw");

    public override IReadOnlyList<LinePattern> Patterns => [Frozen, Thawed, Late];

    public override IReadOnlyList<string> YieldsTo => ["kvm-agent-frozen-state", "fs-freeze-lock-held"];

    public override IReadOnlyList<string> Explains => ["kvm-agent-busy-or-hung", "snap-status-unavailable", "kvm-agent-not-connected"];

    public override Finding? Judge(CaseFile file)
    {
        var (frozen, late) = (file.Hits(Frozen), file.Hits(Late));
        var open = frozen.CountAfter(file.Hits(Thawed)) > 0;
        if (file.FactIs("guest.fsfreeze", "frozen") is { } state) return Finding.Certain(state, open ? frozen.Last : null);
        if (late.Any) return Finding.Certain(late, open ? frozen.Last : null);
        // A report after the freeze says that the extension went on, and thawed.
        return open && !(file.Extension.Last is { } report && report.Event.IsAfter(frozen.Last!)) ? Finding.Likely(frozen.Last) : null;
    }

    [GeneratedRegex(@"3\. Binary Freeze Completed", RegexOptions.CultureInvariant | RegexOptions.IgnoreCase)]
    private static partial Regex FrozenLine();
}
