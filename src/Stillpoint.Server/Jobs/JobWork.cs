using Stillpoint.Control;
using Stillpoint.Control.Doctoring;
using Stillpoint.Control.Workers;
using Stillpoint.Engine.Capture;
using Stillpoint.Engine.Restore;
using Stillpoint.Hypervisor;
using Stillpoint.Model;
using Stillpoint.Server.Hosts;
using Stillpoint.Server.Vaults;
using Stillpoint.Vault;

namespace Stillpoint.Server.Jobs;

/// <summary>What each kind of job does once it may: the same steps, in the same order, as the CLI's verbs in process.</summary>
internal sealed class JobWork(StillpointControl control, HostConnection hosts, ServiceVault vaults, Recovery recovery, JobReports reports, TimeProvider clock)
{
    public Func<IJobEvents, CancellationToken, Task> BackUp(BackupOrder order) => async (events, ct) =>
    {
        using var secret = vaults.Secret();
        await using var host = await hosts.ConnectAsync(ct);
        await recovery.RunAsync(host, ct);
        reports.Keep(await control.BackUpAsync(host, new VaultAccess(vaults.Path, secret), order, events, ct));
    };

    public Func<IJobEvents, CancellationToken, Task> Restore(RestoreOrder order, PointInfo point) => async (events, ct) =>
    {
        // Opened for this job alone: packs are read at the pace that the VM's policy gives.
        var limits = control.LimitsOf(new(point.Series.Value));
        await using var vault = await vaults.OpenPacedAsync(new(now => BandwidthLimit.At(limits, TransferDirection.Restore, now), clock), ct);
        await using var host = order is RestoreDisks ? null : await hosts.ConnectAsync(ct);
        await recovery.RunAsync(host, ct);
        reports.Keep(await control.RestoreAsync(host, new(vault, vaults.Path), point, order, events, ct));
    };

    public Func<IJobEvents, CancellationToken, Task> Repair(CauseToRepair order) => async (events, ct) =>
    {
        var (path, secret) = vaults.Known();
        using (secret)
        {
            await using var host = await hosts.ConnectAsync(ct);
            await recovery.RunAsync(host, ct);
            reports.Keep(await control.RepairAsync(host, order, null, path, secret, events, ct));
        }
    };

    /// <param name="packsOnly">Stored packs against their names; else every byte of every point.</param>
    public Func<IJobEvents, CancellationToken, Task> Verify(JobId job, VerifyOptions options, bool packsOnly) => async (events, ct) =>
    {
        VerifyReport? report = null;
        var vault = await vaults.OpenAsync(ct);
        var outcome = await control.VaultJobs.VerifyAsync(vault, vaults.Path, job, options, packsOnly, r => report = r, events, ct);
        // Of a vault with damage the job has failed, and there is a report all the same.
        reports.Keep(job, new(report, outcome.Warnings));
    };

    public Func<IJobEvents, CancellationToken, Task> Collect(JobId job, GcOptions options) => async (events, ct) =>
        reports.Keep(await control.VaultJobs.CollectAsync(await vaults.OpenAsync(ct), vaults.Path, job, options, events, ct));

    public Func<IJobEvents, CancellationToken, Task> Copy(JobId job, string target, Func<PointInfo, bool>? chosen) => async (events, ct) =>
        reports.Keep(await control.VaultJobs.CopyAsync(await vaults.OpenAsync(ct), vaults.Path, job, target, chosen, events, ct));
}
