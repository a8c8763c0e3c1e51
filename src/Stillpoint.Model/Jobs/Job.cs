namespace Stillpoint.Model;

public enum JobKind
{
    Backup,
    Restore,

    /// <summary>Forgets the points that policies do not keep.</summary>
    Retention,
    Gc,
    Verify,

    /// <summary>Of points into a second vault.</summary>
    Copy,

    /// <summary>Of what the doctor found.</summary>
    Repair,
}

public enum JobState
{
    Running,
    Completed,

    /// <summary>The point is whole, but something is lower than wanted or left out; the warnings say what.</summary>
    CompletedWithWarnings,
    Failed,
    Cancelled,
}

/// <summary>The parts of a job people follow. The first two are a backup's; names are Azure's.</summary>
public enum SubTask
{
    TakeSnapshot,
    TransferDataToVault,
    RestoreDisks,
    DefineVm,
    VerifyVault,
    CollectGarbage,
    CopyVault,
    Repair,
}

/// <summary>
/// What a job tells while it runs. Events of one job arrive in order; <see cref="Progressed"/> may be dropped, the others never.
/// </summary>
public abstract record JobEvent(JobId Job, DateTimeOffset At);

/// <summary>The job's row is in the catalog: from now on it can be asked for.</summary>
/// <param name="Vm">The VM's name; empty where the job is of a vault.</param>
public sealed record JobBegan(JobId Job, DateTimeOffset At, JobKind Kind, string Vm) : JobEvent(Job, At);

/// <summary>Nothing comes after it.</summary>
public sealed record JobEnded(JobId Job, DateTimeOffset At, JobState State, Failure? Failure) : JobEvent(Job, At);

public sealed record SubTaskStarted(JobId Job, DateTimeOffset At, SubTask SubTask) : JobEvent(Job, At);

public sealed record SubTaskFinished(JobId Job, DateTimeOffset At, SubTask SubTask, Failure? Failure) : JobEvent(Job, At);

/// <param name="DoneBytes">Of <paramref name="TotalBytes"/>, which may grow or shrink as extents become known.</param>
/// <param name="StoredBytes">Written to the target so far, compressed.</param>
public sealed record Progressed(JobId Job, DateTimeOffset At, SubTask SubTask, long DoneBytes, long TotalBytes, long StoredBytes)
    : JobEvent(Job, At);

/// <summary>What was seen of the VM before the job touched it.</summary>
public sealed record Preflighted(JobId Job, DateTimeOffset At, IReadOnlyList<Fact> Facts) : JobEvent(Job, At);

/// <summary>The guest's own scripts were run, before the freeze and after the thaw.</summary>
public sealed record ScriptsRan(JobId Job, DateTimeOffset At, IReadOnlyList<ScriptRun> Scripts) : JobEvent(Job, At);

/// <summary>The guest is too busy to be frozen; the job waits for it, and does without after its patience.</summary>
public sealed record WaitingForGuest(JobId Job, DateTimeOffset At, Failure Why, TimeSpan Patience) : JobEvent(Job, At);

public sealed record WarningRaised(JobId Job, DateTimeOffset At, Failure Warning) : JobEvent(Job, At);

/// <summary>The point's manifest is in the vault: the point exists, whatever becomes of the job.</summary>
public sealed record PointCommitted(JobId Job, DateTimeOffset At, RecoveryPoint Point) : JobEvent(Job, At);

/// <summary>What an earlier, interrupted job had left behind is gone.</summary>
public sealed record InterruptedJobCleared(JobId Job, DateTimeOffset At, string Interrupted, string VmName) : JobEvent(Job, At);

/// <summary>Receives a job's events. Called from several threads at once; must not block for long and must not throw.</summary>
public interface IJobEvents
{
    void Publish(JobEvent jobEvent);
}
