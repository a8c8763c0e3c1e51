using System.Globalization;
using Stillpoint.Control.Catalog;
using Stillpoint.Model;

namespace Stillpoint.Control.Alerts;

/// <summary>What the catalog says is worth an alert now. Only reads; also right when no job ran at all.</summary>
internal sealed class AlertConditions(CatalogDatabase database, PolicyTable policies, ProtectionTable protection, TimeProvider clock)
{
    /// <summary>So many points in a row.</summary>
    private const int LowInARow = 3;

    /// <summary>How many points before the newest make what is usual, and how many there must be.</summary>
    private const int Usual = 20, LeastUsual = 5;

    /// <summary>Far from usual: so many times the middle, and so much more.</summary>
    private const int Times = 10;
    private const long More = 256L << 20;

    private static readonly TimeSpan FillingAhead = TimeSpan.FromDays(30);

    public IReadOnlyList<Condition> Find(string vault)
    {
        var found = new List<Condition>();
        var known = policies.List().ToDictionary(p => p.Policy.Name, p => p.Policy);
        foreach (var vm in protection.List().Where(v => v.Orphaned is null)) found.AddRange(OfVm(vm, known[vm.Policy]));
        found.AddRange(OfVault(vault));
        return found;
    }

    private IEnumerable<Condition> OfVm(ProtectedVm vm, Policy policy)
    {
        var points = database.Query(
            "select taken, consistency, bytes_stored from point where vm_id = $vm order by taken desc, id desc limit $limit",
            r => (Taken: DateTimeOffset.FromUnixTimeMilliseconds(r.GetInt64(0)), Consistency: FailureText.Parse<Consistency>(r.GetString(1)), Stored: r.GetInt64(2)),
            ("vm", vm.Id.ToString()), ("limit", Usual + 1));
        DateTimeOffset? newest = points.Count > 0 ? points[0].Taken : null;
        // A VM just put under a policy has as long for its first point.
        if (policy.Objective is { } objective && clock.GetUtcNow() - (newest > vm.Since ? newest.Value : vm.Since) > objective)
            yield return About(AlertKind.ObjectiveMissed, vm, ("hours", Text(objective.TotalHours)), ("newest", newest is { } n ? Iso(n) : ""));
        if (points.Count >= LowInARow && points.Take(LowInARow).All(p => p.Consistency < policy.Capture.Wanted))
            yield return About(AlertKind.ConsistencyLower, vm, ("count", Text(LowInARow)), ("consistency", points[0].Consistency.ToText()), ("wanted", policy.Capture.Wanted.ToText()));
        if (points.Count > LeastUsual && points.Skip(1).Select(p => p.Stored).Order().ElementAt((points.Count - 1) / 2) is var usual &&
            points[0].Stored > usual * Times && points[0].Stored - usual > More)
            yield return About(AlertKind.ChangeRateUnusual, vm, ("stored", Text(points[0].Stored)), ("usual", Text(usual)));
        var job = database.Query(
            "select id, state, failure from job where vm_id = $vm and kind = 'backup' and ended is not null order by started desc, id desc limit 1",
            r => (Id: r.GetString(0), State: r.GetString(1), Failure: FailureText.Read(r.IsDBNull(2) ? null : r.GetString(2))), ("vm", vm.Id.ToString())).FirstOrDefault();
        if (job.State == "failed") yield return About(AlertKind.JobFailed, vm, ("job", job.Id), ("reason", job.Failure?.Code.ToText() ?? ""));
        if (job.Id is not null && (job.Failure?.Code is FailureCode.FsFreezeLockHeld || Warned(job.Id, FailureCode.FsFreezeLockHeld)))
            yield return About(AlertKind.GuestFoundFrozen, vm, ("job", job.Id));
    }

    private IEnumerable<Condition> OfVault(string vault)
    {
        foreach (var kind in new[] { JobKind.Retention, JobKind.Gc, JobKind.Verify })
        {
            var job = database.Query(
                "select id, state, failure from job where vault = $vault and kind = $kind and ended is not null order by started desc, id desc limit 1",
                r => (Id: r.GetString(0), State: r.GetString(1), Failure: FailureText.Read(r.IsDBNull(2) ? null : r.GetString(2))), ("vault", vault), ("kind", kind.ToText())).FirstOrDefault();
            if (job.State == "failed")
                yield return new(AlertKind.JobFailed, $"{vault} {kind.ToText()}", vault, Arguments(("job", job.Id), ("reason", job.Failure?.Code.ToText() ?? "")));
        }
        foreach (var job in database.Query(
            "select id from job where vault = $vault and kind = 'verify' and ended is not null order by started desc, id desc limit 1", r => r.GetString(0), ("vault", vault)))
        {
            // A later damage is another alert than one that was cleared.
            if (Warned(job, FailureCode.VaultDamaged)) yield return new(AlertKind.DamageFound, $"{vault} {job}", vault, Arguments(("job", job)));
        }
        var space = database.Query(
            "select at, free from vault_space where vault = $vault and at >= $since order by at", r => (At: r.GetInt64(0), Free: r.GetInt64(1)),
            ("vault", vault), ("since", (clock.GetUtcNow() - FillingAhead).ToUnixTimeMilliseconds()));
        if (SpaceForecast.FullAt(space) is { } full && full - clock.GetUtcNow() < FillingAhead)
            yield return new(AlertKind.VaultFilling, vault, vault, Arguments(("day", full.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture)), ("free", Text(space[^1].Free))));
    }

    private bool Warned(string job, FailureCode code) => database.Query("select failure from warning where job = $job", r => FailureText.Read(r.GetString(0))!.Code, ("job", job)).Contains(code);

    private static Condition About(AlertKind kind, ProtectedVm vm, params ReadOnlySpan<(string, string)> arguments) => new(kind, vm.Id.ToString(), vm.Name, Arguments(arguments));

    private static Dictionary<string, string> Arguments(params ReadOnlySpan<(string Name, string Value)> arguments)
    {
        var map = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var (name, value) in arguments)
        {
            if (value.Length > 0) map[name] = value;
        }
        return map;
    }

    private static string Iso(DateTimeOffset time) => time.UtcDateTime.ToString("yyyy-MM-dd HH:mm'Z'", CultureInfo.InvariantCulture);

    private static string Text(double value) => value.ToString(CultureInfo.InvariantCulture);
}
