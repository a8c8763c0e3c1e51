using Stillpoint.Control;
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
internal sealed class JobWork(StillpointControl control, HostConnection hosts, ServiceVault vaults, Recovery recovery)
{
    public Func<IJobEvents, CancellationToken, Task> BackUp(BackupOrder order) => async (events, ct) =>
    {
        using var secret = vaults.Secret();
        await using var host = await hosts.ConnectAsync(ct);
        await recovery.RunAsync(host, ct);
        await control.BackUpAsync(host, new VaultAccess(vaults.Path, secret), order, events, ct);
    };

    public Func<IJobEvents, CancellationToken, Task> Restore(RestoreOrder order, PointInfo point) => async (events, ct) =>
    {
        var vault = await vaults.OpenAsync(ct);
        IHypervisorHost? host = order is RestoreDisks ? null : await hosts.ConnectAsync(ct);
        try
        {
            await recovery.RunAsync(host, ct);
            await control.RestoreAsync(host, new(vault, vaults.Path), point, order, events, ct);
        }
        finally
        {
            if (host is not null) await host.DisposeAsync();
        }
    };

    public Func<IJobEvents, CancellationToken, Task> Verify(JobId job, VerifyOptions options) => async (events, ct) =>
        await control.VaultJobs.VerifyAsync(await vaults.OpenAsync(ct), vaults.Path, job, options, events, ct);

    public Func<IJobEvents, CancellationToken, Task> Collect(JobId job, GcOptions options) => async (events, ct) =>
        await control.VaultJobs.CollectAsync(await vaults.OpenAsync(ct), vaults.Path, job, options, events, ct);

    public Func<IJobEvents, CancellationToken, Task> Copy(JobId job, string target, Func<PointInfo, bool>? chosen) => async (events, ct) =>
        await control.VaultJobs.CopyAsync(await vaults.OpenAsync(ct), vaults.Path, job, target, chosen, events, ct);
}
