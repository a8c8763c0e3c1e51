using Stillpoint.Engine.Points;
using Stillpoint.Hypervisor;
using Stillpoint.Model;

namespace Stillpoint.Engine.Restore;

/// <param name="VmName">Null when it was no restore in place.</param>
/// <param name="Result">What was finished; null: it had not come so far, and what it had made was removed.</param>
/// <param name="Left">Why it is still open; it is tried again next time.</param>
public sealed record InterruptedRestore(string Job, string? VmName, RestoreResult? Result, Failure? Left);

/// <summary>
/// Finishes restores whose process died, or takes back what they had made; before any new job, since a VM may lie between its old disks and its
/// new ones. Those whose owner lives are left alone.
/// </summary>
/// <param name="host">Null: only what needs no host is done.</param>
public sealed class RestoreRecovery(IHypervisorHost? host, EnginePaths paths, IRestoreHooks? hooks = null)
{
    /// <param name="unreadable">Told of a record that cannot be read; it is left where it is.</param>
    public async Task<IReadOnlyList<InterruptedRestore>> RunAsync(Action<Failure> unreadable, CancellationToken ct)
    {
        var results = new List<InterruptedRestore>();
        var abandoned = RestoreJournal.TakeAbandoned(paths, unreadable);
        try
        {
            foreach (var journal in abandoned) results.Add(await FinishAsync(journal, ct));
        }
        finally
        {
            foreach (var journal in abandoned) journal.Dispose();
        }
        return results;
    }

    private async Task<InterruptedRestore> FinishAsync(RestoreJournal journal, CancellationToken ct)
    {
        var entry = journal.Entry;
        try
        {
            if (entry.Swap is not { } swap || FileSwap.NothingMoved(swap))
            {
                NewFiles.TakeBack(journal);
                return new(entry.Job, null, null, null);
            }
            if (host is null || host.Uri.Text != swap.HostUri)
                return new(entry.Job, swap.VmName, null, Failure.Of(FailureCode.HostUnreachable, Stage.Restore, ("uri", swap.HostUri)));
            var domain = await new FileSwap(host, journal, hooks ?? NoRestoreHooks.Instance).FinishAsync(ct);
            PointId.TryParse(entry.Point, out var point);
            return new(entry.Job, swap.VmName, new(point, domain.Name, domain.Id, swap.Disks), null);
        }
        catch (FailureException error)
        {
            return new(entry.Job, entry.Swap?.VmName, null, error.Failure);
        }
    }
}
