using Stillpoint.Control.Catalog;
using Stillpoint.Control.Planning;
using Stillpoint.Model;

namespace Stillpoint.Control.Scheduling;

/// <param name="Vms">Those that are protected and there.</param>
internal sealed record PlanView(
    IReadOnlyList<PlannedVm> Vms, IReadOnlyDictionary<VmId, IReadOnlyList<PastRun>> History, IReadOnlyList<PlannedStart> Starts, SchedulerSettings Settings)
{
    /// <summary>Runs for the start's window so far.</summary>
    public int Tries(PlannedStart start) => History.GetValueOrDefault(start.Vm.Id)?.Count(r => r.Started >= start.Window.Opens) ?? 0;
}

/// <summary>What the catalog holds, handed to the planner.</summary>
internal sealed class PlanMaker(CatalogDatabase database, PolicyTable policies, ProtectionTable protection, SettingTable settings, TimeProvider clock)
{
    private readonly RunHistory _history = new(database, clock);

    public PlanView Make(string vault, TimeSpan ahead)
    {
        var now = clock.GetUtcNow();
        var known = policies.List().ToDictionary(p => p.Policy.Name, p => p.Policy);
        List<PlannedVm> vms =
            [.. protection.List().Where(v => v.Orphaned is null).Select(v => new PlannedVm(v.Id, v.Name, v.Host, v.Storage, vault, known[v.Policy], v.Since))];
        var (history, chosen) = (_history.Read(), settings.Scheduler);
        return new(vms, history, Planner.Plan(vms, history, chosen.Limits, now, now + ahead), chosen);
    }
}
