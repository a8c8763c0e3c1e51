using Stillpoint.Engine.Channels;
using Stillpoint.Engine.Journal;
using Stillpoint.Engine.Reconcile;
using Stillpoint.Engine.Warden;
using Stillpoint.Hypervisor;
using Stillpoint.Model;
using Stillpoint.Vault;

namespace Stillpoint.Engine.Capture;

/// <summary>
/// Everything on the host that a live capture opens, from its folder to libvirt's job, and its end: released after a commit, undone otherwise.
/// What cannot be undone now (libvirtd is gone) stays in the journal for whoever comes next.
/// </summary>
internal sealed class RunningBackup : IAsyncDisposable
{
    /// <summary>libvirt starts a VM again that it reboots within milliseconds.</summary>
    private static readonly TimeSpan RebootBound = TimeSpan.FromSeconds(2);

    private readonly CapturePlan _plan;
    private readonly IDomain _domain;
    private readonly TimeProvider _clock;
    private readonly HostLink _link;
    private readonly JobJournal _journal;
    private readonly WardenClient _warden;
    private readonly ICaptureHooks _hooks;
    private readonly EnginePaths _paths;
    private readonly VaultId _vault;
    private readonly IDisposable _events;
    private readonly CancellationTokenSource _stop;
    private readonly string? _checkpoint;
    private readonly Action<Failure> _warn;
    private Failure? _stopReason;
    private bool _closed;

    private RunningBackup(
        CapturePlan plan, IDomain domain, VaultId vault, EnginePaths paths, HostLink link, JobFolder folder, JobJournal journal, WardenClient warden, ICaptureHooks hooks,
        string? checkpoint, Action<Failure> warn, TimeProvider clock, Func<Action<DomainEvent>, IDisposable> subscribe, CancellationToken ct)
    {
        (_plan, _domain, _vault, _paths, _link, Folder, _journal, _warden, _hooks, _checkpoint, _warn, _clock) =
            (plan, domain, vault, paths, link, folder, journal, warden, hooks, checkpoint, warn, clock);
        _stop = CancellationTokenSource.CreateLinkedTokenSource(ct);
        _events = subscribe(OnEvent);
        _ = warden.Aborted.ContinueWith(
            word => Stop(Failure.Of(FailureCode.ScratchSpaceLow, Stage.Read, ("path", folder.Path)).With(new("warden", word.Result)).CanRetry()),
            CancellationToken.None, TaskContinuationOptions.OnlyOnRanToCompletion, TaskScheduler.Default);
        // Nobody watches the scratch space any more, and when it is full the guest stands still.
        _ = warden.Lost.ContinueWith(
            _ => Stop(Failure.Of(FailureCode.WardenLost, Stage.Read).With(new("warden", "it ended while the job ran")).CanRetry()),
            CancellationToken.None, TaskContinuationOptions.OnlyOnRanToCompletion, TaskScheduler.Default);
    }

    public JobFolder Folder { get; }

    /// <summary>The checkpoint that begin makes; null: none.</summary>
    public string? Checkpoint => _checkpoint;

    /// <summary>Cancelled by the caller, or because the job cannot go on; <see cref="Explain"/> then says why.</summary>
    public CancellationToken Stopping => _stop.Token;

    /// <summary>Opens the journal, makes folder and scratch files, starts the warden; nothing has touched the guest when it returns.</summary>
    /// <param name="warn">Told what could not be undone at the end.</param>
    public static async Task<RunningBackup> PrepareAsync(
        BackupOrder order, PointId point, CapturePlan plan, IHypervisorHost host, IDomain domain, VaultId vault, EnginePaths paths,
        WardenCommand wardenCommand, ICaptureHooks hooks, Action<Failure> warn, TimeProvider clock, CancellationToken ct)
    {
        var checkpoint = plan.MakesCheckpoint ? CheckpointName.Of(vault, point) : null;
        JournalEntry entry = JournalEntry.Of(order.Job, point, host.Uri, domain, vault, JobFolder.PathOf(paths, order.Job));
        using var opening = new Opening(JobJournal.Open(paths.Journal, entry with { Checkpoint = checkpoint, Foreign = plan.Foreign }));
        await hooks.ReachedAsync(CaptureStep.JournalOpened, ct);
        var folder = JobFolder.Create(paths, order.Job, domain.Id);
        WardenClient? warden = null;
        try
        {
            var starting = WardenClient.StartAsync(
                wardenCommand, new(host.Uri, domain.Id, order.Policy.FreezeLimit, folder.SocketPath, folder.Path), clock, ct);
            try
            {
                await folder.CreateScratchAsync(plan.Disks.Select(d => (d.Name, d.SizeBytes)), ct);
            }
            finally
            {
                warden = await starting;
            }
            await hooks.ReachedAsync(CaptureStep.WorkspaceMade, ct);
            await hooks.ReachedAsync(CaptureStep.WardenReady, ct);
            return new(
                plan, domain, vault, paths, new(host, domain, clock), folder, opening.Keep(), warden, hooks, checkpoint, warn, clock,
                handler => host.Subscribe(domain.Id, handler), ct);
        }
        catch
        {
            if (warden is not null) await warden.DisposeAsync();
            throw;
        }
    }

    /// <summary>Begins libvirt's job with the guest at rest as far as the policy and the guest allow.</summary>
    public async Task<FrozenResult<DateTimeOffset>> TakeSnapshotAsync(CapturePolicy policy, TimeProvider clock)
    {
        var domain = await _link.DomainAsync(Stopping);
        var request = new BackupRequest(Folder.SocketPath, _checkpoint,
            [.. _plan.Disks.Select(d => new BackupDisk(d.Name, Folder.ScratchOf(d.Name), d.BaseCheckpoint, d.InCheckpoint))]);

        _journal.Update(e => e with { BeginSent = true });
        await _warden.JobBeginsAsync(Stopping);
        await using var channel = await GuestChannels.OpenAsync(_paths, domain, _plan.Disks.Select(d => d.Name), clock, Stopping);
        var frozen = await channel.WhileFrozenAsync(
            FreezeRequest.From(policy, _journal.Entry.Job), new FreezeWatch(_journal, _warden, _hooks),
            async ct =>
            {
                await _hooks.ReachedAsync(CaptureStep.Beginning, ct);
                // Asked for again: libvirtd may have been restarted since, and begin has no other connection than this.
                await (await _link.DomainAsync(ct)).BeginBackupAsync(request, ct);
                var taken = clock.GetUtcNow();
                await _hooks.ReachedAsync(CaptureStep.BeginReturned, ct);
                return taken;
            },
            Stopping);
        await _hooks.ReachedAsync(CaptureStep.Begun, Stopping);
        return _warden.ThawedAtLimit && frozen.Reached > Consistency.Crash
            ? frozen with { Reached = Consistency.Crash, Reason = Failure.Of(FailureCode.FreezeTimedOut, Stage.Freeze, ("limit", $"{policy.FreezeLimit.TotalSeconds} s")) }
            : frozen;
    }

    /// <summary>The job's own reason for an exception out of <see cref="Stopping"/> or a lost export, if it has one.</summary>
    public async Task<Failure?> ExplainAsync(Exception e)
    {
        if (_stopReason is not null) return _stopReason;
        if (e is not FailureException { Failure.Code: FailureCode.HostConnectionLost } lost) return null;
        var domain = await _link.DomainAsync(CancellationToken.None);
        if ((await domain.GetStateAsync(CancellationToken.None)).Power is PowerState.Off)
            return Failure.Of(FailureCode.VmStoppedDuringJob, Stage.Read, ("vm", domain.Name)).CanRetry();
        return await domain.OwnsBackupAsync(Folder.SocketPath, CancellationToken.None)
            ? null
            : lost.Failure.With(new("libvirt", "the backup job was ended by somebody else"));
    }

    /// <summary>After the commit: the new checkpoint is the only one of ours that is still needed; then libvirt's job ends.</summary>
    public async Task ReleaseAsync()
    {
        _journal.Update(e => e with { Committed = true });
        var domain = await _link.DomainAsync(CancellationToken.None);
        if (_checkpoint is not null || _plan.KeepsNone)
        {
            foreach (var older in _plan.OurCheckpoints) await domain.DeleteCheckpointAsync(older, CancellationToken.None);
        }
        await _hooks.ReachedAsync(CaptureStep.OlderCheckpointsDeleted, CancellationToken.None);
        // Asked for again: without it a libvirtd restarted meanwhile would leave the checkpoint in sight.
        domain = await _link.DomainAsync(CancellationToken.None);
        await EndJobAsync(domain);
        await HideAsync(domain);
        await _hooks.ReachedAsync(CaptureStep.Released, CancellationToken.None);
        Close();
    }

    /// <summary>Undoes what was not released.</summary>
    public async ValueTask DisposeAsync()
    {
        try
        {
            if (!_closed)
            {
                var domain = await _link.DomainAsync(CancellationToken.None);
                await EndJobAsync(domain);
                if (_checkpoint is not null && !_journal.Entry.Committed) await domain.DeleteCheckpointAsync(_checkpoint, CancellationToken.None);
                await HideAsync(domain);
                Close();
            }
        }
        catch (FailureException e)
        {
            // The journal keeps it for the next start. The failure that ended the job is the one to tell; this is told beside it.
            _warn(e.Failure);
        }
        finally
        {
            _events.Dispose();
            await _warden.DisposeAsync();
            await _link.DisposeAsync();
            _journal.Dispose();
            _stop.Dispose();
        }
    }

    private async Task HideAsync(IDomain domain)
    {
        if (_plan.Foreign) await new HiddenCheckpoints(_paths).HideAsync(domain, _vault, CancellationToken.None);
    }

    private async Task EndJobAsync(IDomain domain)
    {
        if (await domain.OwnsBackupAsync(Folder.SocketPath, CancellationToken.None)) await domain.AbortJobAsync(CancellationToken.None);
        _warden.JobReleased();
    }

    /// <summary>A freeze whose thaw nobody confirmed stays in the journal (the warden goes on asking meanwhile), and so do scripts that were not ended.</summary>
    private void Close()
    {
        _closed = true;
        if (_journal.Entry.FreezeOpen || _journal.Entry.ScriptsOpenUntil is not null) return;
        JobFolder.Remove(Folder.Path);
        _journal.Close();
    }

    private void OnEvent(DomainEvent e)
    {
        if (e.Kind is DomainEventKind.Stopped) Stop(Stopped(e));
        if (e.Kind is DomainEventKind.ShuttingDown) _ = StopUnlessItComesBackAsync(e);
    }

    /// <summary>QEMU waits for libvirt's job before it ends: 20 s and more in which the VM is neither on nor off. A reboot asked of libvirt begins alike, and
    /// does not disturb the job.</summary>
    private async Task StopUnlessItComesBackAsync(DomainEvent e)
    {
        try
        {
            await Task.Delay(RebootBound, _clock, Stopping);
            if ((await _domain.GetStateAsync(Stopping)).Power is PowerState.ShuttingDown) Stop(Stopped(e));
        }
        catch (Exception error) when (error is FailureException or OperationCanceledException or ObjectDisposedException)
        {
            // The job has ended, or the connection: then a read will.
        }
    }

    private static Failure Stopped(DomainEvent e) =>
        Failure.Of(FailureCode.VmStoppedDuringJob, Stage.Read).With(new("libvirt event", $"{e.Kind.ToText()} {e.Detail}".Trim())).CanRetry();

    private void Stop(Failure reason)
    {
        Interlocked.CompareExchange(ref _stopReason, reason, null);
        try
        {
            // Not on this thread: it may be libvirt's event loop.
            _ = _stop.CancelAsync();
        }
        catch (ObjectDisposedException)
        {
            // The job has ended by itself.
        }
    }
}
