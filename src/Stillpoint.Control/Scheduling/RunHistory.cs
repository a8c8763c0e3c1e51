using Stillpoint.Control.Catalog;
using Stillpoint.Control.Jobs;
using Stillpoint.Control.Planning;
using Stillpoint.Model;

namespace Stillpoint.Control.Scheduling;

/// <summary>The backups of each VM that ended, whoever started them. Kept from look to look: only what ended since is read.</summary>
internal sealed class RunHistory(CatalogDatabase database, TimeProvider clock)
{
    /// <summary>More than the nine that are learned from and the eleven tries of one window.</summary>
    private const int PerVm = 40;

    private static readonly TimeSpan Back = TimeSpan.FromDays(100);

    /// <summary>A row may be written some time after the moment it tells of.</summary>
    private static readonly TimeSpan Again = TimeSpan.FromMinutes(5);

    private readonly Dictionary<VmId, SortedList<string, PastRun>> _runs = [];
    private DateTimeOffset? _until;

    public IReadOnlyDictionary<VmId, IReadOnlyList<PastRun>> Read()
    {
        var now = clock.GetUtcNow();
        var since = _until is { } until ? until - Again : now - Back;
        foreach (var (id, vm, run) in database.Query(
            "select id, vm_id, started, ended, state, failure from job where kind = 'backup' and vm_id is not null and ended >= $since",
            r => (r.GetString(0), new VmId(Guid.Parse(r.GetString(1))), new PastRun(
                DateTimeOffset.FromUnixTimeMilliseconds(r.GetInt64(2)), DateTimeOffset.FromUnixTimeMilliseconds(r.GetInt64(3)), IsGood(r.GetString(4)),
                !r.IsDBNull(5) && JobBoundary.WasCancelledByHand(FailureText.Read(r.GetString(5))))),
            ("since", since.ToUnixTimeMilliseconds())))
        {
            if (!_runs.TryGetValue(vm, out var runs)) _runs[vm] = runs = new(StringComparer.Ordinal);
            runs[id] = run;
            // Ids sort by time.
            if (runs.Count > PerVm) runs.RemoveAt(0);
        }
        _until = now;
        return _runs.ToDictionary(r => r.Key, r => (IReadOnlyList<PastRun>)[.. r.Value.Values]);
    }

    public static bool IsGood(string state) => FailureText.Parse<JobState>(state) is JobState.Completed or JobState.CompletedWithWarnings;
}
