using System.Text.RegularExpressions;

namespace Stillpoint.Doctor.Causes;

/// <summary>The target answers too slowly: other work runs on it.</summary>
internal sealed partial class StoreTargetOverloaded() : StatedCause("store-target-overloaded", Link.Transfer)
{
    private static readonly LinePattern Late = new(["read timeout", "got timeout"], LateLine(), LogKind.Host);

    public override CauseCard Card { get; } = new(
        Worth.None,
        [new("move-verify"), new("limit-parallel-jobs")]);

    protected override IReadOnlyList<LinePattern> Says => [Late];

    public override IReadOnlyList<string> YieldsTo => ["sched-self-backup", "store-target-hung", "store-target-unreachable"];

    [GeneratedRegex(
        "500 read timeout|qmp command '(backup|query-backup)' failed - got timeout",
        RegexOptions.CultureInvariant | RegexOptions.IgnoreCase)]
    private static partial Regex LateLine();
}
