namespace Stillpoint.Doctor.Causes;

/// <summary>Many backups begin at the same minute and wait for each other until their time is over.</summary>
internal sealed class SchedConcurrent() : Cause("sched-concurrent", Link.Schedule)
{
    public override CauseCard Card { get; } = new(
        Worth.Partial,
        [new("spread-start-times"), new("limit-jobs-per-host", Applies.Stillpoint)], Seed: "T3", SeenOnly: SeenOnly.Job);

    public override IReadOnlyList<string> Explains => ["kvm-agent-busy-or-hung", "fs-freeze-timeout"];

    /// <summary>Fewer at once are an ordinary night.</summary>
    private const int Many = 5;

    /// <summary>In seconds: half of the twenty minutes that a snapshot may take.</summary>
    private const double LongWait = 600;

    public override Finding? Judge(CaseFile file)
    {
        if (file.FactAtLeast("job.concurrent", Many) is not { } together
            || file.FactAtLeast("job.queue-wait-seconds", LongWait) is not { } wait)
            return null;
        // A full vault is as full at any other hour.
        return Signs.RanOutOfTime(file) is { } late
            ? Finding.Certain(together, wait, late).With("count", together.Value).With("time", file.Value("job.started")) : null;
    }

    public override IReadOnlyList<LinePattern> Patterns => [Signs.Complaint];
}
