namespace Stillpoint.Doctor.Causes;

/// <summary>The guest has no processor time left for the backup's part in it.</summary>
internal sealed class ResHighCpu() : Cause("res-high-cpu", Link.Load)
{
    private static readonly LinePattern Lockup =
        new(["soft lockup", "rcu_sched self-detected", "rcu_preempt self-detected"], null, LogKind.System);
    private static readonly LinePattern Slow = new("mp queue creation took more than", null, LogKind.Extension);

    public override CauseCard Card { get; } = new(
        Worth.Crash,
        [new("run-off-peak"), new("run-on-demand"), new("enlarge-vm"), new("find-busy-process", Applies.Linux)], Seed: "T4");

    public override IReadOnlyList<string> YieldsTo => ["agent-cpu-throttled"];

    public override IReadOnlyList<string> Explains => ["kvm-agent-busy-or-hung", "kvm-agent-not-connected", "snap-status-unavailable"];

    /// <summary>Per cent of all processors, as the article has it.</summary>
    private const double Busy = 90;

    /// <summary>Per cent of time in which something waited for a processor (PSI, ten seconds).</summary>
    private const double Waiting = 60;

    /// <summary>Runnable tasks per processor.</summary>
    private const double Load = 8;

    /// <summary>Per cent of time that the host gave to others.</summary>
    private const double Stolen = 30;

    public override Finding? Judge(CaseFile file)
    {
        // A busy guest whose backup is good has no cause to look for.
        if (Signs.RanOutOfTime(file) is not { } late) return null;
        var measured = file.FactAtLeast("guest.cpu-percent", Busy) ?? file.FactAtLeast("guest.psi-cpu", Waiting)
            ?? file.FactAtLeast("guest.load-per-cpu", Load) ?? file.FactAtLeast("guest.steal-percent", Stolen);
        var (lockup, slow) = (file.Hits(Lockup), file.Hits(Slow));
        if (measured is not null) return Finding.Certain(measured, late, lockup, slow).With("percent", CaseFile.Number(measured));
        return lockup.Count + slow.Count >= 2 ? Finding.Likely(lockup, slow, late) : null;
    }

    public override IReadOnlyList<LinePattern> Patterns => [Lockup, Slow, Signs.Complaint];
}
