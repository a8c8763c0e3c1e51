using Stillpoint.Control.Workers;
using Stillpoint.Engine;
using Stillpoint.Engine.Capture;
using Stillpoint.Engine.Examine;
using Stillpoint.Engine.Journal;
using Stillpoint.Engine.Reconcile;
using Stillpoint.Engine.Repairs;
using Stillpoint.Engine.Restore;
using Stillpoint.Hypervisor;
using Stillpoint.Model;
using Stillpoint.Vault;

namespace Stillpoint.Control;

/// <summary>What Control asks of the engine. One implementation; tests put another in its place where no hypervisor can be.</summary>
public interface IEngine
{
    /// <summary>A capture of some VM of this host into this vault will be asked for soon: what can be opened meanwhile may be. Nothing need follow.</summary>
    void Expect(HostUri host, VaultAccess vault, EnginePaths paths)
    {
    }

    /// <summary>
    /// In a process of its own, which alone opens the vault. Whoever calls this is not held up by the vault, whatever it does.
    /// The process stays until what is returned is disposed.
    /// </summary>
    Task<ICapture> CaptureAsync(
        IHypervisorHost host, VaultAccess vault, EnginePaths paths, BackupOrder order, IJobEvents events, CancellationToken ct);

    /// <param name="host">Null for <see cref="RestoreDisks"/>, which needs none.</param>
    Task<RestoreResult> RestoreAsync(
        IHypervisorHost? host, IVault vault, EnginePaths paths, RestoreOrder order, IJobEvents events, CancellationToken ct);

    Task<IReadOnlyList<RecoveredJob>> RecoverAsync(
        EnginePaths paths, Func<HostUri, CancellationToken, Task<IHypervisorHost>> connect, IVault? vault, Action<Failure> unreadable, CancellationToken ct);

    Task<IReadOnlyList<InterruptedRestore>> FinishRestoresAsync(EnginePaths paths, IHypervisorHost host, Action<Failure> unreadable, CancellationToken ct);

    Task<VmCheckReport> CheckAsync(IHypervisorHost host, EnginePaths paths, string vm, CapturePolicy policy, CancellationToken ct);

    Task<Examined> ExamineAsync(IHypervisorHost host, EnginePaths paths, ExamineOrder order, CancellationToken ct);

    /// <param name="helped">Looks again: whether the cause is gone.</param>
    Task<RepairRecord> RepairAsync(
        HostUri host, IDomain domain, EnginePaths paths, IRepair repair, string cause, Func<CancellationToken, Task<bool>> helped, CancellationToken ct);

    /// <param name="hold">Takes the VM's lock; null: a job works on it now.</param>
    Task<IReadOnlyList<InterruptedRepair>> EndRepairsAsync(
        EnginePaths paths, Func<HostUri, CancellationToken, Task<IHypervisorHost>> connect, Func<VmId, IDisposable?> hold, Action<Failure> unreadable,
        CancellationToken ct);

    Task<ReleasedVm> ReleaseAsync(IDomain domain, EnginePaths paths, CancellationToken ct);
}

/// <summary>A backup that has its point, and whose process still has the vault open.</summary>
public interface ICapture : IAsyncDisposable
{
    CaptureResult Result { get; }

    /// <summary>Has it store the catalog's copy, which lies in the data folder, in the vault.</summary>
    /// <exception cref="FailureException">It is not stored: the store's failures; WorkerLost.</exception>
    Task SaveCatalogAsync(Guid owner, CancellationToken ct);
}
