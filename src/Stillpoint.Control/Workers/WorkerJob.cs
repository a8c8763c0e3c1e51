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

/// <summary>A worker's work: open vault and host, clear what interrupted jobs left (now that the vault can be asked), take the point.</summary>
internal sealed class WorkerJob(
    WorkerOrder order, Func<HostUri, CancellationToken, Task<IHypervisorHost>> connect, TimeProvider clock, ICaptureHooks? hooks, WardenCommand? warden,
    Action<WorkerLine> say) : IJobEvents
{
    private static readonly TimeSpan Look = TimeSpan.FromMilliseconds(500);

    private readonly EnginePaths _paths = new(order.Data, order.Run);

    public void Publish(JobEvent jobEvent) => say(WorkerLine.Of(jobEvent));

    public async Task<CaptureResult> RunAsync(CancellationToken ct)
    {
        var store = new WatchedStore(new FolderStore(order.Vault), clock);
        await using var watching = clock.CreateTimer(_ => EndIfHung(store), null, Look, Look);
        var connecting = Task.Run(() => connect(HostUri.Parse(order.Host), ct), ct);
        using VaultSecret secret = order.IsRecoveryKey ? new RecoveryKey(order.Secret.AsSpan()) : new Passphrase(order.Secret.AsSpan());
        CryptographicOperations.ZeroMemory(order.Secret);
        // On a thread of its own: a folder's calls block theirs.
        await using var vault = await Task.Run(() => OpenVault.OpenAsync(store, secret, clock, ct), ct);
        secret.Dispose();
        say(new() { Vault = vault.Id.Value });
        // Backups that went now here, now there would leave two histories with holes. Reading does no harm: restores do not ask.
        if (order.VaultPaths.TryGetValue(vault.Id.Value, out var known) && await VaultIdentity.IsTwiceAsync(vault.Id, order.Vault, known, ct))
            throw new FailureException(FailureCode.VaultIdTwice, Stage.Preflight, ("path", order.Vault), ("other", known));
        await using var host = await connecting;
        await ClearAsync(vault, ct);
        return await new CapturePipeline(host, vault, _paths, this, clock, hooks, warden).RunAsync(order.Backup, ct);
    }

    private async Task ClearAsync(IVault vault, CancellationToken ct)
    {
        var recovery = new JournalRecovery(_paths, connect, clock);
        foreach (var job in await recovery.RunAsync(vault, failure => Publish(new WarningRaised(order.Backup.Job, clock.GetUtcNow(), failure)), ct))
        {
            Publish(job.Left is { } left
                ? new WarningRaised(order.Backup.Job, clock.GetUtcNow(), left)
                : new InterruptedJobCleared(order.Backup.Job, clock.GetUtcNow(), job.Job, job.VmName));
        }
    }

    /// <summary>
    /// Nothing ends a thread that waits for a hung mount but the end of its process, and no clean end either, which would wait for that thread.
    /// The warden and the owner's recovery free the guest.
    /// </summary>
    private void EndIfHung(WatchedStore store)
    {
        if (store.Oldest is not { } call || call.For < TimeSpan.FromMilliseconds(order.VaultPatienceMs)) return;
        var seconds = ((long)call.For.TotalSeconds).ToString(System.Globalization.CultureInfo.InvariantCulture);
        say(new()
        {
            Failed = Failure.Of(FailureCode.VaultNotResponding, Stage.Vault, ("path", order.Vault), ("seconds", seconds))
                .With(new("vault", $"{call.Name} has not returned")).CanRetry(),
        });
        using var self = Process.GetCurrentProcess();
        self.Kill();
    }
}
