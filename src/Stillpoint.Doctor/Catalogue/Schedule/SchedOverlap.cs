using System.Text.RegularExpressions;

namespace Stillpoint.Doctor.Causes;

/// <summary>The backup before is still running when the next one begins.</summary>
internal sealed partial class SchedOverlap() : StatedCause("sched-overlap", Link.Schedule)
{
    private static readonly LinePattern Lock = new("can't acquire lock", LockLine(), LogKind.Host);

    public override CauseCard Card { get; } = new(
        Worth.None,
        [new("lengthen-interval"), new("find-slow-target")]);

    protected override IReadOnlyList<LinePattern> Says => [Lock];

    protected override IReadOnlyList<string> Failures => ["vm-backup-running"];

    protected override LinePattern? Azure { get; } = new(["UserErrorBackupOperationInProgress"]);

    [GeneratedRegex(
        @"can't acquire lock '(/var/run/vzdump\.lock|[^']*backup[^']*)' - got timeout",
        RegexOptions.CultureInvariant | RegexOptions.IgnoreCase)]
    private static partial Regex LockLine();
}
