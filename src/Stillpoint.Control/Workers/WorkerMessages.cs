using Stillpoint.Engine.Capture;
using Stillpoint.Model;

namespace Stillpoint.Control.Workers;

/// <summary>
/// A worker's first line: where to work. It opens vault and host with it while its owner still makes up the order. It carries the vault's secret, so it is
/// never on a command line, in an environment or in a file.
/// </summary>
/// <param name="Secret">Its bytes: <see cref="Stillpoint.Vault.VaultSecret.CopyBytes"/>.</param>
/// <param name="VaultPatienceMs">See <see cref="WorkerLimits.VaultPatience"/>.</param>
internal sealed record WorkerStart(string Host, string Data, string Run, string Vault, byte[] Secret, bool IsRecoveryKey, long VaultPatienceMs)
{
    /// <summary>No secret in any log.</summary>
    public override string ToString() => $"{nameof(WorkerStart)} {Vault}";
}

/// <summary>A worker's second line: what to do. Without one it ends and has done nothing.</summary>
/// <param name="VaultPaths">Where each known vault was last worked in, by its id.</param>
internal sealed record WorkerOrder(IReadOnlyDictionary<Guid, string> VaultPaths, BackupOrder Backup)
{
    /// <summary>May follow at any time. The end of the input says the same: the owner is gone.</summary>
    public const string Cancel = "cancel";

    /// <summary>May follow the worker's <see cref="WorkerLine.Done"/>, with the owner's id behind it: the catalog's copy in the data folder goes into the vault.</summary>
    public const string Save = "save ";
}

/// <summary>One line of a worker: exactly one member is set. Owner and worker are of one build, so the form is nobody else's and may change.</summary>
internal sealed record WorkerLine
{
    public Guid? Vault { get; init; }

    public SubTaskStarted? Started { get; init; }

    public SubTaskFinished? Finished { get; init; }

    public Progressed? Progress { get; init; }

    public Preflighted? Preflight { get; init; }

    public WaitingForGuest? Waiting { get; init; }

    public ScriptsRan? Scripts { get; init; }

    public WarningRaised? Warning { get; init; }

    public InterruptedJobCleared? Cleared { get; init; }

    public PointCommitted? Committed { get; init; }

    /// <summary>The end of a job that has its point.</summary>
    public CaptureResult? Done { get; init; }

    /// <summary>The end of one that has none.</summary>
    public Failure? Failed { get; init; }

    /// <summary>The catalog is in the vault; said after <see cref="Done"/>, where it was asked for.</summary>
    public bool? Saved { get; init; }

    public Failure? NotSaved { get; init; }

    public static WorkerLine Of(JobEvent e) => e switch
    {
        SubTaskStarted v => new() { Started = v },
        SubTaskFinished v => new() { Finished = v },
        Progressed v => new() { Progress = v },
        Preflighted v => new() { Preflight = v },
        WaitingForGuest v => new() { Waiting = v },
        ScriptsRan v => new() { Scripts = v },
        WarningRaised v => new() { Warning = v },
        InterruptedJobCleared v => new() { Cleared = v },
        PointCommitted v => new() { Committed = v },
        _ => throw new InvalidOperationException($"{e.GetType().Name} has no line"),
    };

    public JobEvent? Event() => (JobEvent?)Started ?? (JobEvent?)Finished ?? (JobEvent?)Progress ?? (JobEvent?)Preflight ?? (JobEvent?)Waiting ?? (JobEvent?)Scripts ?? (JobEvent?)Warning ?? (JobEvent?)Cleared ?? Committed;
}
