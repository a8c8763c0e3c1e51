using Stillpoint.Engine.Journal;
using Stillpoint.Hypervisor;
using Stillpoint.Model;

namespace Stillpoint.Engine.Repairs;

/// <param name="Record">As it is written down now.</param>
/// <param name="Left">Why nothing could be done about it yet; it is tried again next time.</param>
public sealed record InterruptedRepair(RepairRecord Record, Failure? Left = null);

/// <summary>
/// Ends repairs whose process died before it had looked whether they helped: what has come true since then stays, else it is taken back where that can be
/// done. Those whose owner lives are left alone, and so are those that ended.
/// </summary>
public sealed class RepairRecovery(EnginePaths paths, Func<HostUri, CancellationToken, Task<IHypervisorHost>> connect, TimeProvider clock)
{
    /// <param name="hold">Takes the VM's lock; null: a job works on it now.</param>
    /// <param name="unreadable">Told of a record that cannot be read; it is left where it is.</param>
    public async Task<IReadOnlyList<InterruptedRepair>> RunAsync(Func<VmId, IDisposable?> hold, Action<Failure> unreadable, CancellationToken ct)
    {
        var results = new List<InterruptedRepair>();
        var records = OwnedRecord<RepairRecord>.TakeAbandoned(RepairRunner.FolderOf(paths), RepairJson.Default.RepairRecord, unreadable);
        try
        {
            foreach (var record in records.Where(r => r.Value.End == RepairEnd.Begun)) results.Add(await EndAsync(record, hold, ct));
        }
        finally
        {
            foreach (var record in records) record.Dispose();
        }
        return results;
    }

    private async Task<InterruptedRepair> EndAsync(OwnedRecord<RepairRecord> record, Func<VmId, IDisposable?> hold, CancellationToken ct)
    {
        var was = record.Value;
        if (AllRepairs.Find(was.Repair) is not { } action || !Guid.TryParse(was.VmId, out var vm)) return Ended(RepairEnd.Interrupted);
        using var held = hold(new(vm));
        if (held is null) return new(was, Failure.Of(FailureCode.VmBackupRunning, Stage.Preflight, ("vm", was.VmName)).CanRetry());
        try
        {
            await using var host = await connect(HostUri.Parse(was.Host), ct);
            var domain = await host.FindDomainAsync(was.VmId, ct);
            var on = new RepairContext(domain, paths, clock);
            if (await action.HasComeTrueAsync(on, ct)) return Ended(RepairEnd.Helped);
            return Ended(await action.UndoAsync(on, ct) ? RepairEnd.Undone : RepairEnd.Interrupted);
        }
        catch (FailureException e) when (e.Failure.Code == FailureCode.VmNotFound)
        {
            // With the VM went whatever was done to it.
            return Ended(RepairEnd.Interrupted, e.Failure);
        }
        catch (FailureException e)
        {
            return new(was, e.Failure);
        }

        InterruptedRepair Ended(RepairEnd end, Failure? failure = null)
        {
            record.Update(r => r with { End = end, Ended = clock.GetUtcNow(), Failure = failure?.Code.ToText() });
            return new(record.Value);
        }
    }
}
