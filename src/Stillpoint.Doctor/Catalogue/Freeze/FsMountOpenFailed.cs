using System.Text.RegularExpressions;

namespace Stillpoint.Doctor.Causes;

/// <summary>A mount cannot even be opened: a stale network file handle, or a dead overlay.</summary>
internal sealed partial class FsMountOpenFailed() : StatedCause("fs-mount-open-failed", Link.Freeze)
{
    private static readonly LinePattern Refused =
        new(["Failed to open", "file open failed for some mount"], RefusedLine(), LogKind.Extension);

    public override CauseCard Card { get; } = new(
        Worth.Crash,
        [new("remount-stale", Applies.Linux), new("skip-mount", Applies.Waagent)]);

    protected override IReadOnlyList<LinePattern> Says => [Refused];

    protected override IReadOnlyList<int> Numbers => [123];

    [GeneratedRegex(
        @"Failed to open: (?<mount>/\S*) with error|file open failed for some mount",
        RegexOptions.CultureInvariant | RegexOptions.IgnoreCase)]
    private static partial Regex RefusedLine();
}
