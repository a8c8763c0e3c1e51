using System.Text.RegularExpressions;

namespace Stillpoint.Doctor.Causes;

/// <summary>A file system refuses to be frozen.</summary>
internal sealed partial class FsFreezeFailed() : StatedCause("fs-freeze-failed", Link.Freeze)
{
    private static readonly LinePattern Refused = new(
        ["FIFREEZE", "freeze failed for some mount", "failed to freeze"],
        RefusedLine(), LogKind.Extension | LogKind.Host);

    public override CauseCard Card { get; } = new(
        Worth.Crash,
        [new("check-file-system", Applies.Linux), new("skip-mount", Applies.Waagent)]);

    protected override IReadOnlyList<LinePattern> Says => [Refused];

    protected override IReadOnlyList<int> Numbers => [121];

    protected override IReadOnlyList<string> Failures => ["freeze-failed"];

    public override IReadOnlyList<string> YieldsTo =>
    [
        "fs-freeze-lock-held", "fs-freeze-double-mount", "fs-freeze-unsupported-fs", "fs-mount-open-failed", "fs-freeze-selinux",
        "fs-freeze-hook-failed", "fs-freeze-hang", "fs-freeze-timeout", "vss-provider-failed", "vss-writer-bad-state",
        "kvm-agent-rpc-blocked",
    ];

    [GeneratedRegex(
        @"Failed to FIFREEZE: (?<mount>\S+) with error message (?!Operation not supported|Device or resource busy)|" +
        @"freeze failed for some mount|failed to freeze (?<mount>/\S*): (?!Operation not supported|Device or resource busy)",
        RegexOptions.CultureInvariant | RegexOptions.IgnoreCase)]
    private static partial Regex RefusedLine();
}
