namespace Stillpoint.Doctor.Causes;

/// <summary>The server that takes the backup, or its storage, runs inside the VM that is frozen for it.</summary>
internal sealed class SchedSelfBackup() : Cause("sched-self-backup", Link.Schedule)
{
    private static readonly LinePattern Upgrade = new("http upgrade request timed out", null, LogKind.Host);
    private static readonly LinePattern Freeze = new("issuing guest-agent 'fs-freeze'", null, LogKind.Host);
    private static readonly LinePattern Thaw = new("issuing guest-agent 'fs-thaw'", null, LogKind.Host);

    public override CauseCard Card { get; } = new(
        Worth.Crash,
        [new("exclude-target-vm"), new("use-other-target")]);

    public override IReadOnlyList<LinePattern> Patterns => [Upgrade, Freeze, Thaw];

    public override Finding? Judge(CaseFile file)
    {
        var target = file.Fact("job.target-in-guest");
        var upgrade = file.Hits(Upgrade);
        if (target is not null && (upgrade.Any || Signs.RanOutOfTime(file) is not null))
            return Finding.Certain(target, upgrade).With("address", target.Value);
        var (freeze, thaw) = (file.Hits(Freeze), file.Hits(Thaw));
        // A time-out that begins with the freeze and ends with the thaw: what did not answer was what was frozen.
        var inside = upgrade.Events
            .FirstOrDefault(u => freeze.Events.Any(u.IsAfter) && thaw.Events.Any(t => t.IsAfter(u)) && !thaw.Events.Any(u.IsAfter));
        return inside is null ? null : Finding.Likely(freeze.Last, inside, thaw.Last);
    }
}
