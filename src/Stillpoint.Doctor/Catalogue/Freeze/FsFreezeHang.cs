using System.Text.RegularExpressions;

namespace Stillpoint.Doctor.Causes;

/// <summary>The freeze went in and never came back: a file system or its device does not answer.</summary>
internal sealed partial class FsFreezeHang() : Cause("fs-freeze-hang", Link.Freeze)
{
    private static readonly LinePattern Blocked = new("blocked for more than", BlockedLine(), LogKind.System);
    private static readonly LinePattern Binary = new("Binary Freeze Started", BinaryLine(), LogKind.Extension);
    private static readonly LinePattern Frozen = new(
        ["Binary Freeze Completed", "StatusCode.", "freeze timed-out", "FIFREEZE", "Failed to open"],
        null, LogKind.Extension);
    private static readonly LinePattern Issued = new("issuing guest-agent 'fs-freeze'", null, LogKind.Host);
    private static readonly LinePattern Answered =
        new(["issuing guest-agent 'fs-thaw'", "ERROR:", "fs-freeze"], AnsweredLine(), LogKind.Host);

    public override CauseCard Card { get; } = new(
        Worth.Suspect,
        [new("reset-guest"), new("find-hanging-mount", Applies.Linux)]);

    public override IReadOnlyList<LinePattern> Patterns => [Blocked, Binary, Frozen, Issued, Answered];

    public override IReadOnlyList<string> YieldsTo => ["fs-freeze-loop-deadlock", "fs-frozen-left-behind", "sched-self-backup"];

    public override IReadOnlyList<string> Explains => ["res-io-stall"];

    public override Finding? Judge(CaseFile file)
    {
        var blocked = file.Hits(Blocked);
        if (blocked.Any)
            return Finding.Certain(blocked).With("process", blocked.Value("process")).With("seconds", blocked.Value("seconds"));
        // A log that ends at step 2 tells where the time went.
        var binary = file.Hits(Binary);
        if (binary.CountAfter(file.Hits(Frozen)) > 0) return Finding.Likely(binary.Last);
        var issued = file.Hits(Issued);
        return issued.CountAfter(file.Hits(Answered)) > 0 ? Finding.Likely(issued.Last) : null;
    }

    [GeneratedRegex(
        @"task (?<process>qemu-ga|safefreeze|fsfreeze)\S*:\d+ blocked for more than (?<seconds>\d+) seconds",
        RegexOptions.CultureInvariant | RegexOptions.IgnoreCase)]
    private static partial Regex BlockedLine();

    [GeneratedRegex(@"2\. Binary Freeze Started", RegexOptions.CultureInvariant | RegexOptions.IgnoreCase)]
    private static partial Regex BinaryLine();

    [GeneratedRegex("issuing guest-agent 'fs-thaw'|ERROR: |fs-freeze.*(fail|error)", RegexOptions.CultureInvariant | RegexOptions.IgnoreCase)]
    private static partial Regex AnsweredLine();
}
