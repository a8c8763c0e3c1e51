using System.Diagnostics;
using System.Security.Cryptography;
using Stillpoint.Engine;
using Stillpoint.Engine.Capture;
using Stillpoint.Engine.Journal;
using Stillpoint.Engine.Warden;
using Stillpoint.Hypervisor;
using Stillpoint.Model;
using Stillpoint.Vault;
using Stillpoint.Vault.Stores;

namespace Stillpoint.Control.Workers;

/// <summary>
/// A worker's work: open vault and host, clear what interrupted jobs left (now that the vault can be asked), take the point, and once its owner has
/// written that down, save the catalog in the vault.
/// </summary>
internal sealed class WorkerJob : IJobEvents
{
    private static readonly TimeSpan Look = TimeSpan.FromMilliseconds(500);

    private readonly WorkerStart _start;
    private readonly Func<HostUri, CancellationToken, Task<IHypervisorHost>> _connect;
    private readonly TimeProvider _clock;
    private readonly ICaptureHooks? _hooks;
    private readonly WardenCommand? _warden;
    private readonly Action<WorkerLine> _say;
    private readonly Task<Guid?> _save;
    private readonly EnginePaths _paths;
    private readonly WatchedStore _store;
    private readonly ITimer _watching;
    private readonly Task<IHypervisorHost> _connecting;
    private readonly Task<OpenVault> _opening;
    private JobId _job;

    /// <summary>Known with the order, when the store is open already.</summary>
    private volatile IReadOnlyList<BandwidthLimit> _bandwidth = [];

    /// <summary>Begins to open vault and host. Nothing is written before there is an order.</summary>
    /// <param name="save">Ends with the owner's id when the catalog's copy is ready, or with null when there will be none.</param>
    public WorkerJob(
        WorkerStart start, Func<HostUri, CancellationToken, Task<IHypervisorHost>> connect, TimeProvider clock, ICaptureHooks? hooks, WardenCommand? warden,
        Action<WorkerLine> say, Task<Guid?> save, CancellationToken ct)
    {
        (_start, _connect, _clock, _hooks, _warden, _say, _save) = (start, connect, clock, hooks, warden, say, save);
        _paths = new(start.Data, start.Run);
        _store = new(new FolderStore(start.Vault), clock);
        _watching = clock.CreateTimer(_ => EndIfHung(), null, Look, Look);
        _connecting = Task.Run(() => connect(HostUri.Parse(start.Host), ct), ct);
        // On a thread of its own: a folder's calls block theirs.
        _opening = Task.Run(() => OpenAsync(ct), ct);
    }

    public void Publish(JobEvent jobEvent) => _say(WorkerLine.Of(jobEvent));

    public async Task RunAsync(WorkerOrder order, CancellationToken ct)
    {
        _job = order.Backup.Job;
        _bandwidth = order.Backup.Bandwidth;
        await using var watching = _watching;
        await using var vault = await _opening;
        _say(new() { Vault = vault.Id.Value });
        // Backups that went now here, now there would leave two histories with holes. Reading does no harm: restores do not ask.
        if (order.VaultPaths.TryGetValue(vault.Id.Value, out var known) && await VaultIdentity.IsTwiceAsync(vault.Id, _start.Vault, known, ct))
            throw new FailureException(FailureCode.VaultIdTwice, Stage.Preflight, ("path", _start.Vault), ("other", known));
        await using var host = await _connecting;
        await ClearAsync(vault, ct);
        _say(new() { Done = await new CapturePipeline(host, vault, _paths, this, _clock, _hooks, _warden).RunAsync(order.Backup, ct) });
        if (await _save is { } owner) _say(await SaveAsync(vault, owner, ct));
    }

    private async Task<WorkerLine> SaveAsync(OpenVault vault, Guid owner, CancellationToken ct)
    {
        try
        {
            var content = await File.ReadAllBytesAsync(new DataFolder(_start.Data).CatalogCopy, ct);
            await Task.Run(() => VaultSaved.PutAsync(vault, owner, Environment.MachineName, content, ct), ct);
            return new() { Saved = true };
        }
        catch (FailureException e)
        {
            return new() { NotSaved = e.Failure };
        }
    }

    private async Task<OpenVault> OpenAsync(CancellationToken ct)
    {
        using VaultSecret secret = _start.IsRecoveryKey ? new RecoveryKey(_start.Secret.AsSpan()) : new Passphrase(_start.Secret.AsSpan());
        CryptographicOperations.ZeroMemory(_start.Secret);
        return await OpenVault.OpenAsync(new ThrottledStore(_store, new(now => BandwidthLimit.At(_bandwidth, TransferDirection.Backup, now), _clock), null), secret, _clock, ct);
    }

    private async Task ClearAsync(IVault vault, CancellationToken ct)
    {
        var recovery = new JournalRecovery(_paths, _connect, _clock);
        foreach (var job in await recovery.RunAsync(vault, failure => Publish(new WarningRaised(_job, _clock.GetUtcNow(), failure)), ct))
        {
            Publish(job.Left is { } left
                ? new WarningRaised(_job, _clock.GetUtcNow(), left)
                : new InterruptedJobCleared(_job, _clock.GetUtcNow(), job.Job, job.VmName));
        }
    }

    /// <summary>
    /// Nothing ends a thread that waits for a hung mount but the end of its process, and no clean end either, which would wait for that thread.
    /// The warden and the owner's recovery free the guest.
    /// </summary>
    private void EndIfHung()
    {
        if (_store.Oldest is not { } call || call.For < TimeSpan.FromMilliseconds(_start.VaultPatienceMs)) return;
        var seconds = ((long)call.For.TotalSeconds).ToString(System.Globalization.CultureInfo.InvariantCulture);
        _say(new()
        {
            Failed = Failure.Of(FailureCode.VaultNotResponding, Stage.Vault, ("path", _start.Vault), ("seconds", seconds))
                .With(new("vault", $"{call.Name} has not returned")).CanRetry(),
        });
        using var self = Process.GetCurrentProcess();
        self.Kill();
    }
}
