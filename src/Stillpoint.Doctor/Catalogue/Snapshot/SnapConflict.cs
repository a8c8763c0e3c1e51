using System.Text.RegularExpressions;

namespace Stillpoint.Doctor.Causes;

/// <summary>Storage answers that the disk is taken: a lease, a copy under way, another snapshot.</summary>
internal sealed partial class SnapConflict() : Cause("snap-conflict", Link.Snapshot)
{
    private static readonly LinePattern Refused = new(
        ["StatusCode:409", "StatusCode:412", "api returned: 409", "api returned: 412"],
        RefusedLine(), LogKind.Extension);

    public override CauseCard Card { get; } = new(
        Worth.None,
        [new("wait-and-retry"), new("end-lease", Applies.Azure)]);

    public override IReadOnlyList<LinePattern> Patterns => [Refused];

    public override Finding? Judge(CaseFile file)
    {
        var refused = file.Hits(Refused);
        // Storage's own limits have numbers of their own.
        if (!refused.Any || file.Extension.LastIs(0, 1, 85, 173) is not null) return null;
        return Finding.Certain(refused).With("code", refused.Value("code"));
    }

    [GeneratedRegex(
        "^(?!.*(SnapshotRateExceeded|SnapshotCountExceeded|snapshot count against|rate of snapshot)).*(StatusCode:|" +
        @"snapshot api returned: )(?<code>409|412)\b",
        RegexOptions.CultureInvariant | RegexOptions.IgnoreCase)]
    private static partial Regex RefusedLine();
}
