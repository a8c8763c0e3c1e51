namespace Stillpoint.Doctor.Causes;

/// <summary>The freeze took longer than its limit: too much unwritten data, or a slow disk.</summary>
internal sealed class FsFreezeTimeout() : StatedCause("fs-freeze-timeout", Link.Freeze)
{
    private static readonly LinePattern Late = new(["freeze timed-out", "freeze took longer than timeout"], null, LogKind.Extension);

    public override CauseCard Card { get; } = new(
        Worth.Crash,
        [
            new("reduce-dirty-data", Applies.Linux), new("raise-freeze-limit", Applies.Stillpoint),
            new("raise-safefreeze-wait", Applies.Waagent),
        ]);

    protected override IReadOnlyList<LinePattern> Says => [Late];

    protected override IReadOnlyList<int> Numbers => [122];

    protected override IReadOnlyList<string> Failures => ["freeze-timed-out"];

    public override IReadOnlyList<string> YieldsTo =>
        ["fs-freeze-hang", "fs-freeze-loop-deadlock", "res-high-cpu", "res-high-memory", "res-io-stall", "sched-self-backup"];
}
