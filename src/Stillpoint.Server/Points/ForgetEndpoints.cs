using System.Globalization;
using Stillpoint.Contracts;
using Stillpoint.Control.Access;
using Stillpoint.Control.Protection;
using Stillpoint.Model;
using Stillpoint.Server.Access;
using Stillpoint.Server.Http;
using Stillpoint.Server.Vaults;

namespace Stillpoint.Server.Points;

/// <summary>Forgetting several points: by id, by what is to be kept of a VM, or all of a VM.</summary>
internal static class ForgetEndpoints
{
    private const int MostPoints = 1000;

    public static void Map(RouteGroupBuilder api) =>
        api.MapPost("/points/forget", ForgetAsync).WithName("forgetPoints").WithSummary("Hide points, as dryRun shows before; they can be brought back for 14 days; confirm is how many go")
            .Needs(Role.Operator);

    private static async Task<ForgetView> ForgetAsync(ForgetRequest request, ServiceVault vaults, KnownPoints known, TimeProvider clock, HttpContext context, CancellationToken ct)
    {
        var caller = context.Caller();
        if (request.Points is null == request.Vm is null) throw Requests.Invalid("points", "exactly one of points and vm");
        var chosen = request.Points is { } ids ? await ByIdAsync(ids, vaults, caller, ct) : await OfVmAsync(request, vaults, known, clock, caller, ct);
        if (!request.DryRun && chosen.Count > 0)
        {
            Requests.Confirm(request.Confirm, chosen.Count.ToString(CultureInfo.InvariantCulture));
            AuditTrail.TellTarget(context, $"{chosen.Count} of {string.Join(", ", chosen.Going.Select(g => g.Point.SeriesLabel).Distinct())}");
            await chosen.ForgetAsync(await vaults.OpenAsync(ct), ct);
            known.AllChanged();
        }
        return new(request.DryRun, [.. chosen.Going.Select(ToView)], [.. chosen.Staying.Select(ToView)], [.. chosen.Damaged.Select(PointsToForget.IdOf)]);
    }

    private static async Task<PointsToForget> ByIdAsync(IReadOnlyList<string> ids, ServiceVault vaults, Caller caller, CancellationToken ct)
    {
        if (ids.Count is 0 or > MostPoints) throw Requests.Invalid("points", $"1-{MostPoints} ids");
        // Whose a damaged manifest is nobody can tell, so that it is for those who may see every VM.
        if (caller.SeesAll) return await vaults.AskAsync((vault, token) => PointsToForget.ByIdAsync(vault, ids, token), ct);
        var points = new List<PointVerdict>();
        foreach (var id in ids.Distinct(StringComparer.Ordinal)) points.Add(new(await PointEndpoints.FindAsync(vaults, id, caller, ct), []));
        return new(points, [], []);
    }

    private static async Task<PointsToForget> OfVmAsync(ForgetRequest request, ServiceVault vaults, KnownPoints known, TimeProvider clock, Caller caller, CancellationToken ct)
    {
        if (request.All == request.Keep is not null) throw Requests.Invalid("keep", "exactly one of keep and all");
        var keep = request.Keep is { } k
            ? new Retention(
                Count("keep.last", k.Last), Count("keep.hourly", k.Hourly), Count("keep.daily", k.Daily), Count("keep.weekly", k.Weekly), Count("keep.monthly", k.Monthly),
                Count("keep.yearly", k.Yearly))
            : null;
        if (keep is { IsEmpty: true }) throw Requests.Invalid("keep", "at least one of last, hourly, daily, weekly, monthly, yearly above 0");
        var name = request.TimeZone ?? TimeZoneInfo.Utc.Id;
        if (!TimeZoneInfo.TryFindSystemTimeZoneById(name, out var zone)) throw Requests.Invalid("timeZone", "Europe/Amsterdam, UTC, ...");
        return PointsToForget.OfVm(request.Vm!, await PointEndpoints.OfVmAsync(vaults, known, request.Vm!, caller, ct), keep, clock.GetUtcNow(), zone);
    }

    private static int Count(string field, int? count) => Requests.Range(field, count ?? 0, 0, 1_000_000);

    private static RetentionPointView ToView(PointVerdict v) => new(
        v.Point.Id.ToString(), v.Point.SeriesLabel, v.Point.Series.ToString(), v.Point.Created.ToUniversalTime(), [.. v.Reasons.Select(r => r.ToText())]);
}
