using Microsoft.AspNetCore.Http.HttpResults;
using Stillpoint.Contracts;
using Stillpoint.Control.Access;
using Stillpoint.Engine.Points;
using Stillpoint.Model;
using Stillpoint.Server.Access;
using Stillpoint.Server.Http;
using Stillpoint.Server.Vaults;
using Stillpoint.Vault;
using Stillpoint.Vault.Life;
using PointView = Stillpoint.Contracts.PointView;

namespace Stillpoint.Server.Points;

/// <summary>Recovery points, read from the vault each time: it is the truth about them.</summary>
internal static class PointEndpoints
{
    public static void Map(RouteGroupBuilder api)
    {
        api.MapGet("/points", ListAsync).WithName("listPoints").WithSummary("Newest first; of one VM with vm").Needs(Role.Reader);
        api.MapGet("/points/{point}", ShowAsync).WithName("showPoint").WithSummary("One point, by its whole id").Needs(Role.Reader);
        api.MapDelete("/points/{point}", ForgetAsync).WithName("forgetPoint").WithSummary("Hide it; it can be brought back for 14 days; confirm is its id")
            .Needs(Role.Operator);
        api.MapGet("/forgotten-points", ForgottenAsync).WithName("listForgottenPoints").WithSummary("Points that can be brought back").Needs(Role.Reader);
        api.MapPost("/forgotten-points/{point}/unforget", UnforgetAsync).WithName("unforgetPoint").WithSummary("Bring it back").Needs(Role.Operator);
        api.MapGet("/damaged-points", DamagedAsync).WithName("listDamagedPoints").WithSummary("Manifests that cannot be read").Needs(Role.Reader, wholeOnly: true);
    }

    /// <exception cref="FailureException">PointNotFound, PointForgotten.</exception>
    public static async Task<PointInfo> FindAsync(ServiceVault vaults, string point, Caller caller, CancellationToken ct)
    {
        if (!PointId.TryParse(point, out var id))
        {
            // The beginning of an id will do where all are there to be told apart.
            return caller.SeesAll ? await vaults.AskAsync((vault, token) => vault.FindPointAsync(point, token), ct) : throw NotFound(point);
        }
        var found = await vaults.AskAsync(async (vault, token) =>
        {
            try
            {
                return await vault.FindPointAsync(id.ToString(), token);
            }
            catch (FailureException e) when (e.Failure.Code is FailureCode.PointForgotten && !caller.SeesAll)
            {
                // Whose it is must be known before it may be said to be there.
                var forgotten = await vault.ListForgottenAsync(token);
                if (forgotten.Any(f => f.Point.Id == id && caller.Sees(f.Point.SeriesLabel))) throw;
                throw NotFound(point);
            }
        }, ct);
        return caller.Sees(found.SeriesLabel) ? found : throw NotFound(point);
    }

    /// <summary>A VM's points, by name or UUID, oldest first.</summary>
    /// <exception cref="FailureException">PointNotFound: there is none, or none for the caller. VmNameAmbiguous.</exception>
    public static async Task<IReadOnlyList<PointInfo>> OfVmAsync(ServiceVault vaults, KnownPoints known, string vm, Caller caller, CancellationToken ct)
    {
        var series = (await known.ListAsync(ct)).Where(p => caller.Sees(p.Label) && KnownPoints.IsOf(p, vm)).Select(p => p.Series).Distinct().ToList();
        if (series.Count > 1) throw new FailureException(FailureCode.VmNameAmbiguous, Stage.Input, ("vm", vm));
        // From the vault itself, since what is forgotten is decided by it. A VM may have had another name, that the caller may not see.
        var points = series.Count == 0 ? [] : (await vaults.AskAsync((vault, token) => vault.ListPointsAsync(series[0], token), ct))
            .Where(p => caller.Sees(p.SeriesLabel) && IsOf(p, vm)).ToList();
        return points.Count > 0 ? points : throw NotFound(vm);
    }

    public static PointView ToView(this RecoveryPoint p, Words words, HttpContext context) => new(
        p.Id.ToString(), p.VmName, p.Vm.ToString(), p.Taken.ToUniversalTime(), p.Consistency.ToText(), words.Maybe(p.Reason, context),
        p.Frozen?.TotalMilliseconds, p.Checkpoint,
        [.. p.Disks.Select(d => new PointDiskView(d.Name, d.Format, d.SizeBytes, d.Mode.ToText(), d.BytesRead, d.BytesChanged))],
        [.. p.LeftOut.Select(l => new LeftOutView(l.Name, l.Kind, words.View(l.Reason, context)))], p.BytesRead, p.BytesStored);

    private static async Task<Page<PointView>> ListAsync(
        string? vm, string? after, int? limit, ServiceVault vaults, KnownPoints known, Words words, HttpContext context, CancellationToken ct)
    {
        var (count, caller) = (Requests.Limit(limit), context.Caller());
        PointId? last = after is null ? null : PointId.TryParse(after, out var id) ? id : throw Requests.Invalid("after", "the next of the page before");
        var lines = await known.ListAsync(ct);
        var found = lines.Reverse().Where(p => caller.Sees(p.Label) && (vm is null || KnownPoints.IsOf(p, vm)) && (last is null || p.Id.CompareTo(last.Value) < 0));
        var points = await vaults.AskAsync((vault, token) => ReadAsync(vault, found, count + 1, token), ct);
        return Requests.PageOf([.. points.Select(p => p.ToRecoveryPoint().ToView(words, context))], count, p => p.Id);
    }

    /// <summary>The first of them that are still there.</summary>
    private static async Task<List<PointInfo>> ReadAsync(OpenVault vault, IEnumerable<PointLine> lines, int most, CancellationToken ct)
    {
        var points = new List<PointInfo>();
        foreach (var line in lines)
        {
            if (points.Count == most) break;
            if (await vault.ReadPointAsync(line, ct) is { } point) points.Add(point);
        }
        return points;
    }

    private static bool IsOf(PointInfo point, string vm) => point.SeriesLabel == vm || point.Series.ToString().Equals(vm, StringComparison.OrdinalIgnoreCase);

    private static async Task<PointView> ShowAsync(string point, ServiceVault vaults, Words words, HttpContext context, CancellationToken ct) =>
        (await FindAsync(vaults, point, context.Caller(), ct)).ToRecoveryPoint().ToView(words, context);

    private static async Task<NoContent> ForgetAsync(string point, string? confirm, ServiceVault vaults, KnownPoints known, HttpContext context, CancellationToken ct)
    {
        var found = await FindAsync(vaults, point, context.Caller(), ct);
        Requests.Confirm(confirm, found.Id.ToString());
        AuditTrail.TellTarget(context, found.SeriesLabel);
        await VaultForget.ForgetAsync(await vaults.OpenAsync(ct), [found], ct);
        known.Changed(found.Series);
        return TypedResults.NoContent();
    }

    private static async Task<IReadOnlyList<ForgottenPointView>> ForgottenAsync(string? vm, ServiceVault vaults, HttpContext context, CancellationToken ct)
    {
        var caller = context.Caller();
        var all = await vaults.AskAsync((vault, token) => vault.ListForgottenAsync(token), ct);
        return [.. all.Where(f => caller.Sees(f.Point.SeriesLabel) && (vm is null || IsOf(f.Point, vm))).Select(ToView)];
    }

    private static async Task<ForgottenPointView> UnforgetAsync(string point, ServiceVault vaults, KnownPoints known, HttpContext context, CancellationToken ct)
    {
        var caller = context.Caller();
        var all = await vaults.AskAsync((vault, token) => vault.ListForgottenAsync(token), ct);
        var found = all.FirstOrDefault(f => PointId.TryParse(point, out var id) && f.Point.Id == id && caller.Sees(f.Point.SeriesLabel)) ?? throw NotFound(point);
        AuditTrail.TellTarget(context, found.Point.SeriesLabel);
        await VaultForget.UnforgetAsync(await vaults.OpenAsync(ct), found.Point, ct);
        known.Changed(found.Point.Series);
        return ToView(found);
    }

    private static async Task<IReadOnlyList<FailureView>> DamagedAsync(ServiceVault vaults, Words words, HttpContext context, CancellationToken ct) =>
        words.Views(await vaults.AskAsync((vault, token) => vault.ListDamagedAsync(token), ct), context);

    private static ForgottenPointView ToView(ForgottenPoint f) => new(
        f.Point.Id.ToString(), f.Point.SeriesLabel, f.Point.Series.ToString(), f.Point.Created.ToUniversalTime(), f.Since.ToUniversalTime(), f.Until.ToUniversalTime());

    private static FailureException NotFound(string point) => new(FailureCode.PointNotFound, Stage.Input, ("point", point));
}
