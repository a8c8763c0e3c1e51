using System.Security.Cryptography;
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

/// <summary>Backups run in a worker process each; restores and recovery run here.</summary>
public sealed class RealEngine(TimeProvider clock, WorkerCommand? worker = null, WorkerLimits? limits = null) : IEngine
{
    private readonly WorkerLimits _limits = limits ?? WorkerLimits.Default;
    private Ahead? _ahead;

    public void Expect(HostUri host, VaultAccess vault, EnginePaths paths)
    {
        try
        {
            Interlocked.Exchange(ref _ahead, new(Begin(host, vault, paths), host, vault.Path, vault.Secret, paths))?.Process.Abandon();
        }
        catch (FailureException)
        {
            // The job itself will meet it again, and tell it.
        }
    }

    public async Task<ICapture> CaptureAsync(
        IHypervisorHost host, VaultAccess vault, EnginePaths paths, BackupOrder order, IJobEvents events, CancellationToken ct)
    {
        var ahead = Interlocked.Exchange(ref _ahead, null);
        var fits = ahead?.IsFor(host.Uri, vault, paths) is true;
        if (!fits) ahead?.Process.Abandon();
        var process = fits ? ahead!.Process : Begin(host.Uri, vault, paths);
        ICapture? capture = null;
        try
        {
            capture = await process.RunAsync(new(vault.KnownPaths ?? new Dictionary<Guid, string>(), order), events, ct);
        }
        finally
        {
            if (capture is null) await process.DisposeAsync();
            if (process.WasLost) await ClearAfterAsync(paths, order, events);
        }
        return capture;
    }

    public Task<RestoreResult> RestoreAsync(
        IHypervisorHost? host, IVault vault, EnginePaths paths, RestoreOrder order, IJobEvents events, CancellationToken ct) =>
        new RestorePipeline(host, vault, paths, events, clock).RunAsync(order, ct);

    public Task<IReadOnlyList<RecoveredJob>> RecoverAsync(
        EnginePaths paths, Func<HostUri, CancellationToken, Task<IHypervisorHost>> connect, IVault? vault, Action<Failure> unreadable, CancellationToken ct) =>
        new JournalRecovery(paths, connect, clock).RunAsync(vault, unreadable, ct);

    public Task<IReadOnlyList<InterruptedRestore>> FinishRestoresAsync(EnginePaths paths, IHypervisorHost host, Action<Failure> unreadable, CancellationToken ct) =>
        new RestoreRecovery(host, paths).RunAsync(unreadable, ct);

    public async Task<VmCheckReport> CheckAsync(IHypervisorHost host, EnginePaths paths, string vm, CapturePolicy policy, CancellationToken ct) =>
        await new VmCheck(paths, clock).RunAsync(await host.FindDomainAsync(vm, ct), policy, JobId.New(clock).ToString(), ct);

    public Task<Examined> ExamineAsync(IHypervisorHost host, EnginePaths paths, ExamineOrder order, CancellationToken ct) =>
        new VmExamination(host, paths, clock).RunAsync(order, ct);

    public Task<RepairRecord> RepairAsync(
        HostUri host, IDomain domain, EnginePaths paths, IRepair repair, string cause, Func<CancellationToken, Task<bool>> helped, CancellationToken ct) =>
        new RepairRunner(paths, clock).RunAsync(host, domain, repair, cause, helped, ct);

    public Task<IReadOnlyList<InterruptedRepair>> EndRepairsAsync(
        EnginePaths paths, Func<HostUri, CancellationToken, Task<IHypervisorHost>> connect, Func<VmId, IDisposable?> hold, Action<Failure> unreadable,
        CancellationToken ct) =>
        new RepairRecovery(paths, connect, clock).RunAsync(hold, unreadable, ct);

    public Task<ReleasedVm> ReleaseAsync(IDomain domain, EnginePaths paths, CancellationToken ct) => new VmRelease(paths).RunAsync(domain, ct);

    private WorkerProcess Begin(HostUri host, VaultAccess vault, EnginePaths paths)
    {
        var process = new WorkerProcess(worker ?? WorkerCommand.Default, _limits.CancelPatience, clock);
        var secret = vault.Secret.CopyBytes();
        try
        {
            process.Begin(new(
                host.Text, paths.Data, paths.Run, vault.Path, secret, vault.Secret is RecoveryKey, (long)_limits.VaultPatience.TotalMilliseconds));
        }
        finally
        {
            CryptographicOperations.ZeroMemory(secret);
        }
        return process;
    }

    /// <summary>
    /// The warden would do the same some seconds later; but it may have died too. Without the vault, which may be what the worker died of: the
    /// checkpoint of a point that may exist is left to the next start. Each step of it is bounded.
    /// </summary>
    private async Task ClearAfterAsync(EnginePaths paths, BackupOrder order, IJobEvents events)
    {
        void Warn(Failure failure) => events.Publish(new WarningRaised(order.Job, clock.GetUtcNow(), failure));
        foreach (var job in await RecoverAsync(paths, async (uri, ct) => await LibvirtHost.ConnectAsync(uri, clock, ct), null, Warn, CancellationToken.None))
        {
            if (job.Left is { } left) Warn(left);
        }
    }

    /// <summary>A worker that was started before its order was known.</summary>
    private sealed record Ahead(WorkerProcess Process, HostUri Host, string Vault, VaultSecret Secret, EnginePaths Paths)
    {
        public bool IsFor(HostUri host, VaultAccess vault, EnginePaths paths) =>
            Host.Text == host.Text && Vault == vault.Path && ReferenceEquals(Secret, vault.Secret) && Paths == paths;
    }
}
