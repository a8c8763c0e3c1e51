using Stillpoint.Engine.Points;
using Stillpoint.Engine.Reconcile;
using Stillpoint.Engine.Warden;
using Stillpoint.Hypervisor;
using Stillpoint.Hypervisor.Nbd;
using Stillpoint.Model;
using Stillpoint.Vault;

namespace Stillpoint.Engine.Capture;

/// <summary>
/// The whole job on one page: reconcile, preflight, prepare (folder, warden, journal), while frozen: begin, read, store,
/// commit, release.
/// The order is that of DESIGN §3.10; whatever ends it between two steps, undoing is safe before the commit and going on is safe after it.
/// </summary>
public sealed class CapturePipeline(
    IHypervisorHost host, IVault vault, EnginePaths paths, IJobEvents events, TimeProvider clock,
    ICaptureHooks? hooks = null, WardenCommand? wardenCommand = null)
{
    private const int Connections = 4;

    private readonly ICaptureHooks _hooks = hooks ?? NoHooks.Instance;

    /// <exception cref="FailureException">Why there is no point; nothing of it is left on the host unless the journal says so.</exception>
    public async Task<CaptureResult> RunAsync(BackupOrder order, CancellationToken ct)
    {
        if (order.Policy.Validate() is { } invalid) throw new FailureException(invalid);
        var domain = await host.FindDomainAsync(order.Vm, ct);
        var report = new CaptureReport(order.Job, events, clock);
        if ((await domain.GetStateAsync(ct)).Power is PowerState.Off)
        {
            var offline = new OfflineCapture(host, vault, paths, events, clock, _hooks);
            if (await offline.TryRunAsync(order, domain, report, ct) is { } point) return new(point, report.Warnings, vault.Id);
            // It was started meanwhile: what was read is worth nothing, and the live way is open.
            report.Warn(Failure.Of(FailureCode.VmStartedDuringJob, Stage.Read, ("vm", domain.Name)));
        }
        return new(await RunLiveAsync(order, domain, report, ct), report.Warnings, vault.Id);
    }

    private async Task<RecoveryPoint> RunLiveAsync(BackupOrder order, IDomain domain, CaptureReport report, CancellationToken ct)
    {
        var hidden = new HiddenCheckpoints(paths);
        var plan = await new Reconciler(vault, hidden, clock).PlanAsync(domain, order, ct);
        try
        {
            await _hooks.ReachedAsync(CaptureStep.Reconciled, ct);
            return await RunReconciledAsync(order, domain, plan, report, ct);
        }
        catch (Exception e) when (plan.Foreign && e is FailureException or OperationCanceledException)
        {
            // Before there was a running backup, which does this itself: other tools would refuse to work beside what the reconciler brought back.
            await HideAgainAsync(hidden, domain, report);
            throw;
        }
    }

    private async Task HideAgainAsync(HiddenCheckpoints hidden, IDomain domain, CaptureReport report)
    {
        // Waited for already, by the running backup; without one, the next job's end hides it.
        if (!host.IsAlive) return;
        try
        {
            await hidden.HideAsync(domain, vault.Id, CancellationToken.None);
        }
        catch (FailureException e)
        {
            report.Warn(e.Failure);
        }
    }

    private async Task<RecoveryPoint> RunReconciledAsync(BackupOrder order, IDomain domain, CapturePlan plan, CaptureReport report, CancellationToken ct)
    {
        var patience = new LoadPatience(domain, order, events, clock);
        var facts = await new Preflight(domain, plan.Config, JobFolder.RootOf(paths), clock).RunAsync(ct);
        events.Publish(new Preflighted(order.Job, clock.GetUtcNow(), facts));
        var busy = await patience.WaitAsync(ct);
        if (patience.Seen is { } load) events.Publish(new Preflighted(order.Job, clock.GetUtcNow(), [.. facts, .. load.ToFacts(clock.GetUtcNow())]));
        if (busy is not null)
        {
            RequireConsistency(order.Policy, Consistency.Crash, busy);
            order = order with { Policy = order.Policy with { Wanted = Consistency.Crash } };
        }
        await _hooks.ReachedAsync(CaptureStep.Preflighted, ct);
        try
        {
            return await RunPlanAsync(order, domain, plan, busy, report, ct);
        }
        catch (FailureException e) when (e.Failure.Code is FailureCode.CheckpointInconsistent)
        {
            // A bitmap was lost between looking and beginning, or one of the new checkpoint's name is there. Every point is a full point: it costs a full read.
            report.Warn(e.Failure);
            return await RunPlanAsync(order, domain, plan.AsFullRead(), busy, report, ct);
        }
    }

    private async Task<RecoveryPoint> RunPlanAsync(
        BackupOrder order, IDomain domain, CapturePlan plan, Failure? busy, CaptureReport report, CancellationToken ct)
    {
        var id = PointId.New(clock);
        await using var writer = await vault.BeginPointAsync(id, new(domain.Id.Value), domain.Name, plan.Pin, ct);
        await using var backup = await RunningBackup.PrepareAsync(
            order, id, plan, host, domain, vault.Id, paths, wardenCommand ?? WardenCommand.Default, _hooks, report.Warn, clock, ct);
        try
        {
            var frozen = await report.SubTaskAsync(SubTask.TakeSnapshot, () => backup.TakeSnapshotAsync(order.Policy, clock));
            if (busy is not null) frozen = frozen with { Reason = busy };
            if (frozen.Scripts.Count > 0) events.Publish(new ScriptsRan(order.Job, clock.GetUtcNow(), frozen.Scripts));
            foreach (var warning in frozen.Warnings) report.Warn(warning);
            RequireConsistency(order.Policy, frozen.Reached, frozen.Reason);
            if (frozen.Reason is not null) report.Warn(frozen.Reason);
            var committed = await report.SubTaskAsync(
                SubTask.TransferDataToVault, () => TransferAsync(order, domain, plan, writer, backup, frozen, report));
            var point = committed.ToRecoveryPoint();
            events.Publish(new PointCommitted(order.Job, clock.GetUtcNow(), point));
            await _hooks.ReachedAsync(CaptureStep.Committed, CancellationToken.None);
            await ReleaseAsync(order, plan, backup, report, ct);
            return point;
        }
        catch (Exception e) when (e is FailureException or OperationCanceledException && !ct.IsCancellationRequested)
        {
            if (await backup.ExplainAsync(e) is { } reason) throw new FailureException(reason, e);
            throw;
        }
    }

    /// <summary>The channel ends a strict policy's job where a freeze is not possible; here it ends where the freeze turned out to be worth less.</summary>
    internal static void RequireConsistency(CapturePolicy policy, Consistency reached, Failure? reason)
    {
        if (policy.StepDown || reached >= policy.Wanted) return;
        var failure = Failure.Of(
            FailureCode.ConsistencyNotReached, reason?.Stage ?? Stage.Freeze, ("wanted", policy.Wanted.ToText()), ("reason", reason?.Code.ToText() ?? ""));
        throw new FailureException(failure with { Evidence = reason is null ? [] : [new("reason", reason.ToString()), .. reason.Evidence] });
    }

    private async Task<PointInfo> TransferAsync(
        BackupOrder order, IDomain domain, CapturePlan plan, IVaultWriter writer, RunningBackup backup,
        FrozenResult<DateTimeOffset> frozen, CaptureReport report)
    {
        var ct = backup.Stopping;
        var guestInfo = GuestInfo.AskAsync(domain, plan.Config, ct);
        var disks = await new DiskReading(order, plan, writer, report, events, _hooks, clock).RunAsync(
            async disk => await NbdDiskSource.ConnectAsync(
                backup.Folder.SocketPath, disk.Name, disk.Name, disk.Incremental ? "qemu:dirty-bitmap:backup-" + disk.Name : null, Connections, clock, ct),
            ct);
        var leftOut = plan.LeftOut.ToList();
        var files = await HostFiles.StoreAsync(plan.Config, writer, plan.Pin, leftOut.Add, ct);
        foreach (var left in leftOut) report.Warn(left.Reason);
        await _hooks.ReachedAsync(CaptureStep.Transferred, ct);
        var metadata = PointDescription.Of(
            domain, plan, frozen.Value, frozen.Reached, frozen.Reason, frozen.Frozen, backup.Checkpoint, disks, files, leftOut, await guestInfo);
        return await writer.CommitAsync((int)frozen.Reached, metadata.ToBytes(), ct);
    }

    /// <summary>The point exists: whatever fails from here on is a warning about the host, not about the point.</summary>
    private async Task ReleaseAsync(
        BackupOrder order, CapturePlan plan, RunningBackup backup, CaptureReport report, CancellationToken ct)
    {
        try
        {
            if (order.BeforeRelease is { } command)
                await BeforeRelease.RunAsync(command, backup.Folder.SocketPath, plan.Disks.Select(d => d.Name), clock, ct);
        }
        catch (FailureException e)
        {
            report.Warn(e.Failure);
        }
        catch (OperationCanceledException)
        {
            // Too late for the job, which has its point, and its checkpoint must stay: only the command is broken off.
            report.Warn(Failure.Of(FailureCode.HookFailed, Stage.Release, ("command", order.BeforeRelease!)).With(new("command", "cancelled")));
        }
        try
        {
            await backup.ReleaseAsync();
        }
        catch (FailureException e)
        {
            report.Warn(e.Failure);
        }
    }
}
