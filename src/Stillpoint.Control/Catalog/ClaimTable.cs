using Stillpoint.Control.Jobs;
using Stillpoint.Control.Planning;
using Stillpoint.Control.Scheduling;
using Stillpoint.Model;

namespace Stillpoint.Control.Catalog;

/// <param name="Job">The id its job will have.</param>
internal sealed record ClaimedStart(PlannedStart Start, JobId Job);

/// <summary>
/// Who takes which start, of all processes that work on this data folder. Choosing and writing down is one transaction, so no limit is passed and nothing is
/// taken twice, however many look at once. A claim whose process died before its job began is void.
/// </summary>
internal sealed class ClaimTable(CatalogDatabase database, DataFolder folder, TimeProvider clock)
{
    private static readonly TimeSpan Kept = TimeSpan.FromDays(60);

    /// <param name="owner">Name of the lock that the taker holds for as long as it lives.</param>
    /// <param name="view">What was planned; a start whose VM has run since is left to the next plan.</param>
    public IReadOnlyList<ClaimedStart> Take(PlanView view, IReadOnlySet<string> hostsOutOfReach, string vault, string owner)
    {
        var taken = new List<ClaimedStart>();
        var now = clock.GetUtcNow();
        database.InTransaction(() =>
        {
            DropVoid();
            foreach (var start in Planner.Due(view.Starts, Running(view, vault), hostsOutOfReach, view.Settings.Limits, now))
            {
                var attempt = view.Tries(start);
                if (RunsSince(start) != attempt) continue;
                var job = JobId.New(clock);
                var mine = database.Execute(
                    "insert into run_claim (vm_id, opens, attempt, job, owner, claimed) values ($vm, $opens, $attempt, $job, $owner, $now) on conflict do nothing",
                    ("vm", start.Vm.Id.ToString()), ("opens", start.Window.Opens.ToUnixTimeMilliseconds()), ("attempt", attempt), ("job", job.ToString()),
                    ("owner", owner), ("now", now.ToUnixTimeMilliseconds()));
                if (mine == 1) taken.Add(new(start, job));
            }
        });
        return taken;
    }

    /// <summary>No job came of it: the start is anybody's again.</summary>
    public void Release(JobId job) => database.Execute(
        "delete from run_claim where job = $job and not exists (select 1 from job where id = $job)", ("job", job.ToString()));

    /// <summary>VMs with a backup under way or about to begin, those that no policy knows included.</summary>
    private List<PlannedVm> Running(PlanView view, string vault)
    {
        var known = view.Vms.ToDictionary(v => v.Id);
        var running = database.Query(
            "select vm_id, vm, host, vault from job where state = 'running' and kind = 'backup' and vm_id is not null",
            r => known.GetValueOrDefault(new(Guid.Parse(r.GetString(0)))) ??
                new PlannedVm(new(Guid.Parse(r.GetString(0))), r.GetString(1), r.GetString(2), "", r.GetString(3), new("none"), default));
        var claimed = database.Query(
            "select vm_id from run_claim where not exists (select 1 from job where id = run_claim.job)",
            r => known.GetValueOrDefault(new(Guid.Parse(r.GetString(0)))) ?? new PlannedVm(new(Guid.Parse(r.GetString(0))), "", "", "", vault, new("none"), default));
        return [.. running, .. claimed];
    }

    /// <summary>Ended or under way.</summary>
    private long RunsSince(PlannedStart start) => database.Query(
        "select count(*) from job where vm_id = $vm and kind = 'backup' and started >= $opens", r => r.GetInt64(0),
        ("vm", start.Vm.Id.ToString()), ("opens", start.Window.Opens.ToUnixTimeMilliseconds())).Single();

    private void DropVoid()
    {
        var open = database.Query(
            "select distinct owner from run_claim where not exists (select 1 from job where id = run_claim.job)", r => r.GetString(0));
        foreach (var owner in open)
        {
            using var free = JobLock.TryTake(folder, owner);
            if (free is not null)
                database.Execute("delete from run_claim where owner = $owner and not exists (select 1 from job where id = run_claim.job)", ("owner", owner));
        }
        database.Execute("delete from run_claim where claimed < $old", ("old", (clock.GetUtcNow() - Kept).ToUnixTimeMilliseconds()));
    }
}
