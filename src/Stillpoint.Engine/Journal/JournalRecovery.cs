using System.Text.Json;
using Stillpoint.Engine.Capture;
using Stillpoint.Engine.Reconcile;
using Stillpoint.Hypervisor;
using Stillpoint.Model;
using Stillpoint.Vault;

namespace Stillpoint.Engine.Journal;

/// <param name="Job">The dead job.</param>
/// <param name="Thawed">The guest was found frozen, or possibly frozen, and has confirmed that it is thawed.</param>
/// <param name="PointIsWhole">Its manifest had been put: the point stays. Null: the vault was not at hand, so its checkpoint was left alone.</param>
/// <param name="Closed">Nothing of it is open any more. False without <paramref name="Left"/>: only the vault can say whether its point exists.</param>
/// <param name="Left">Why something is still open; the entry stays in the journal and is tried again next time.</param>
public sealed record RecoveredJob(string Job, string VmName, bool Thawed, bool JobAborted, bool? PointIsWhole, Failure? Left, bool Closed = true)
{
    /// <summary>The guest's scripts after the freeze had not run, or not ended, and now have.</summary>
    public bool ScriptsEnded { get; init; }
}

/// <summary>
/// Cleans up after jobs whose process died, before anything else is done: thaw, have the guest's scripts after the freeze run, end the backup job (only ours: its socket lies in the journal's
/// work folder), then take back the checkpoint of a point that was never committed, and hide ours from other tools. Everything may be done twice.
/// </summary>
public sealed class JournalRecovery(
    EnginePaths paths, Func<HostUri, CancellationToken, Task<IHypervisorHost>> connect, TimeProvider clock)
{
    private static readonly TimeSpan ThawBound = TimeSpan.FromSeconds(30);

    /// <param name="vault">The vault at hand, if any; entries of other vaults are thawed and released, their checkpoints left to the next run.</param>
    public async Task<IReadOnlyList<RecoveredJob>> RunAsync(IVault? vault, Action<Failure> unreadable, CancellationToken ct)
    {
        var results = new List<RecoveredJob>();
        foreach (var journal in JobJournal.TakeAbandoned(paths.Journal, unreadable))
        {
            using (journal) results.Add(await RecoverAsync(journal, vault, ct));
        }
        return results;
    }

    private async Task<RecoveredJob> RecoverAsync(JobJournal journal, IVault? vault, CancellationToken ct)
    {
        var entry = journal.Entry;
        bool thawed = false, aborted = false, scripts = false;
        bool? whole = entry.Committed ? true : null;
        try
        {
            if (entry.FreezeOpen || entry.BeginSent || entry.Foreign || entry.ScriptsOpenUntil is not null)
            {
                await using var host = await connect(HostUri.Parse(entry.HostUri), ct);
                if (await TryFindAsync(host, entry.VmId, ct) is { } domain)
                {
                    if (entry.FreezeOpen && (await domain.GetStateAsync(ct)).Power != PowerState.Off)
                    {
                        await GuestThaw.UntilConfirmedAsync(domain, ThawBound, clock, ct);
                        thawed = true;
                    }
                    journal.Update(e => e with { FreezeOpen = false });
                    // Applications wait for these, so they come first; but they must not keep the job running.
                    FailureException? unfinished = null;
                    try
                    {
                        if (entry.ScriptsOpenUntil is { } until) scripts = await FinishScriptsAsync(domain, entry.Job, until, ct);
                        journal.Update(e => e with { ScriptsOpenUntil = null });
                    }
                    catch (FailureException e)
                    {
                        unfinished = e;
                    }
                    if (await domain.OwnsBackupAsync(entry.SocketPath, ct))
                    {
                        await domain.AbortJobAsync(ct);
                        aborted = true;
                    }
                    whole ??= await IsWholeAsync(vault, entry, ct);
                    if (whole is null && entry.Checkpoint is not null)
                        return new(entry.Job, entry.VmName, thawed, aborted, null, null, Closed: false) { ScriptsEnded = scripts };
                    if (whole is false && entry.Checkpoint is not null) await domain.DeleteCheckpointAsync(entry.Checkpoint, ct);
                    if (entry.Foreign) await new HiddenCheckpoints(paths).HideAsync(domain, new(Guid.Parse(entry.VaultId)), ct);
                    if (unfinished is not null) throw unfinished;
                }
            }
            JobFolder.Remove(entry.WorkFolder);
            journal.Close();
            return new(entry.Job, entry.VmName, thawed, aborted, whole, null) { ScriptsEnded = scripts };
        }
        catch (FailureException e)
        {
            return new(entry.Job, entry.VmName, thawed, aborted, whole, e.Failure, Closed: false) { ScriptsEnded = scripts };
        }
    }

    /// <returns>Whether there were some to end. Once the guest has begun them by itself, an agent that does not answer holds up nobody.</returns>
    private async Task<bool> FinishScriptsAsync(IDomain domain, string token, DateTimeOffset until, CancellationToken ct)
    {
        if ((await domain.GetStateAsync(ct)).Power is PowerState.Off) return false;
        try
        {
            await using var channel = await domain.OpenAgentChannelAsync(ct);
            return (await channel.FinishScriptsAsync(token, ct)).Count > 0;
        }
        catch (FailureException) when (clock.GetUtcNow() > until)
        {
            return false;
        }
    }

    private static async Task<IDomain?> TryFindAsync(IHypervisorHost host, string vmId, CancellationToken ct)
    {
        try
        {
            return await host.FindDomainAsync(vmId, ct);
        }
        catch (FailureException e) when (e.Failure.Code == FailureCode.VmNotFound)
        {
            return null;
        }
    }

    private static async Task<bool?> IsWholeAsync(IVault? vault, JournalEntry entry, CancellationToken ct)
    {
        if (vault is null || vault.Id.ToString() != entry.VaultId) return null;
        var points = await vault.ListPointsAsync(new(Guid.Parse(entry.VmId)), ct);
        return points.Any(p => p.Id.ToString() == entry.Point);
    }
}
