using Stillpoint.Engine.Journal;
using Stillpoint.Engine.Points;
using Stillpoint.Engine.Reconcile;
using Stillpoint.Hypervisor;
using Stillpoint.Hypervisor.Nbd;
using Stillpoint.Model;
using Stillpoint.Vault;

namespace Stillpoint.Engine.Capture;

/// <summary>
/// A point of a powered-off VM. Its images are read so that a start wins over us; a start therefore tears what was read, silently, and is looked for
/// until after the last byte. No checkpoint is made and none deleted: the last one and its point stay the base.
/// </summary>
internal sealed class OfflineCapture(
    IHypervisorHost host, IVault vault, EnginePaths paths, IJobEvents events, TimeProvider clock, ICaptureHooks hooks)
{
    /// <returns>Null: the VM was started meanwhile, and nothing was kept.</returns>
    public async Task<RecoveryPoint?> TryRunAsync(BackupOrder order, IDomain domain, CaptureReport report, CancellationToken ct)
    {
        using var started = CancellationTokenSource.CreateLinkedTokenSource(ct);
        using var subscription = host.Subscribe(domain.Id, e =>
        {
            if (e.Kind is DomainEventKind.Started) _ = started.CancelAsync();
        });
        try
        {
            return await RunAsync(order, domain, report, started.Token);
        }
        catch (OperationCanceledException) when (started.IsCancellationRequested && !ct.IsCancellationRequested)
        {
            return null;
        }
    }

    private async Task<RecoveryPoint?> RunAsync(BackupOrder order, IDomain domain, CaptureReport report, CancellationToken ct)
    {
        // An off VM is at rest: its file systems are as their last unmount left them, clean or not, so no more than this is claimed.
        var reason = order.Policy.Wanted > Consistency.Crash ? Failure.Of(FailureCode.VmPoweredOff, Stage.Freeze, ("vm", domain.Name)) : null;
        CapturePipeline.RequireConsistency(order.Policy, Consistency.Crash, reason);
        var plan = await new Reconciler(vault, new(paths), clock).PlanAsync(domain, order, ct);
        await hooks.ReachedAsync(CaptureStep.Reconciled, ct);
        var id = PointId.New(clock);
        await using var writer = await vault.BeginPointAsync(id, new(domain.Id.Value), domain.Name, plan.Pin, ct);
        // Nothing of libvirt's is opened; the entry is there so that the folder goes, however this process ends.
        var entry = JournalEntry.Of(order.Job, id, host.Uri, domain, vault.Id, JobFolder.PathOf(paths, order.Job));
        using var opening = new Opening(JobJournal.Open(paths.Journal, entry));
        var folder = JobFolder.Create(paths, order.Job, domain.Id);
        var taken = await report.SubTaskAsync(SubTask.TakeSnapshot, () => Task.FromResult(clock.GetUtcNow()));
        var point = await report.SubTaskAsync(
            SubTask.TransferDataToVault, () => TransferAsync(order, domain, plan, writer, folder, taken, reason, report, ct));
        if (point is null) return null;
        var view = point.ToRecoveryPoint();
        events.Publish(new PointCommitted(order.Job, clock.GetUtcNow(), view));
        await hooks.ReachedAsync(CaptureStep.Committed, CancellationToken.None);
        return view;
    }

    private async Task<PointInfo?> TransferAsync(
        BackupOrder order, IDomain domain, CapturePlan plan, IVaultWriter writer, JobFolder folder, DateTimeOffset taken, Failure? reason,
        CaptureReport report, CancellationToken ct)
    {
        var disks = await new DiskReading(order, plan, writer, report, events, hooks, clock).RunAsync(
            async disk => await OfflineDisk.OpenAsync(disk, folder, clock, ct), ct);
        var leftOut = plan.LeftOut.ToList();
        var files = await HostFiles.StoreAsync(plan.Config, writer, plan.Pin, leftOut.Add, ct);
        await hooks.ReachedAsync(CaptureStep.Transferred, ct);
        var metadata = PointDescription.Of(
            domain, plan, taken, Consistency.Crash, reason, null, null, disks, files, leftOut, null);
        // After the last read: was it off all the while?
        if ((await domain.GetStateAsync(ct)).Power is not PowerState.Off) return null;
        foreach (var left in leftOut) report.Warn(left.Reason);
        return await writer.CommitAsync((int)Consistency.Crash, metadata.ToBytes(), ct);
    }
}
