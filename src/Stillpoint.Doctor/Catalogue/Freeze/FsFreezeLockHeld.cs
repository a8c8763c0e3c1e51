using System.Text.RegularExpressions;

namespace Stillpoint.Doctor.Causes;

/// <summary>
/// Somebody else has the file systems frozen, or holds the extension's lock for freezing: another backup product, or an earlier run of it.
/// </summary>
internal sealed partial class FsFreezeLockHeld() : StatedCause("fs-freeze-lock-held", Link.Freeze)
{
    private static readonly LinePattern Lock = new(["aquire lock", "Mount Points already freezed"], LockLine(), LogKind.Extension);

    public override CauseCard Card { get; } = new(
        Worth.Crash,
        [new("move-other-schedule"), new("thaw-if-nobody-owns", Applies.Linux)]);

    protected override IReadOnlyList<LinePattern> Says => [Lock];

    protected override IReadOnlyList<string> Failures => ["fs-freeze-lock-held"];

    public override IReadOnlyList<string> Explains => ["fs-frozen-left-behind"];

    [GeneratedRegex(
        @"Failed to (open file or )?aquire lock( (?<path>/\S+))?|Mount Points already freezed",
        RegexOptions.CultureInvariant | RegexOptions.IgnoreCase)]
    private static partial Regex LockLine();
}
