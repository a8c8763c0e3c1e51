using Stillpoint.Model;
using Stillpoint.Vault;

namespace Stillpoint.Control.Protection;

/// <param name="Reasons">Why it is kept; empty: it goes.</param>
public sealed record PointVerdict(PointInfo Point, IReadOnlyList<KeepReason> Reasons);

/// <summary>Which points would be forgotten, and which stay; forgets nothing by itself.</summary>
/// <param name="Damaged">Manifests of points that were asked for by id and cannot be read: as long as they are there, no garbage is collected.</param>
public sealed record PointsToForget(IReadOnlyList<PointVerdict> Going, IReadOnlyList<PointVerdict> Staying, IReadOnlyList<string> Damaged)
{
    public int Count => Going.Count + Damaged.Count;

    /// <summary>The id of a point by its manifest's name.</summary>
    public static string IdOf(string manifest) => manifest[(manifest.LastIndexOf('/') + 1)..];

    /// <param name="asked">Ids, or beginnings of them.</param>
    /// <exception cref="FailureException">PointNotFound, PointAmbiguous, PointForgotten.</exception>
    public static async Task<PointsToForget> ByIdAsync(OpenVault vault, IReadOnlyList<string> asked, CancellationToken ct)
    {
        var chosen = new List<PointVerdict>();
        var damaged = new List<string>();
        foreach (var one in asked)
        {
            try
            {
                if (await vault.FindPointAsync(one, ct) is var point && chosen.TrueForAll(c => c.Point.Id != point.Id)) chosen.Add(new(point, []));
            }
            catch (FailureException e) when (e.Failure.Code == FailureCode.VaultDamaged && e.Failure.Arguments.TryGetValue("object", out var manifest)
                && IdOf(manifest).StartsWith(one, StringComparison.OrdinalIgnoreCase))
            {
                if (!damaged.Contains(manifest)) damaged.Add(manifest);
            }
        }
        return new(chosen, [], damaged);
    }

    /// <param name="points">Of one VM, oldest first.</param>
    /// <param name="keep">Null: none is kept.</param>
    /// <param name="zone">Where a day begins.</param>
    /// <exception cref="FailureException">PointNotFound: there is none; VmNameAmbiguous.</exception>
    public static PointsToForget OfVm(string vm, IReadOnlyList<PointInfo> points, Retention? keep, DateTimeOffset now, TimeZoneInfo zone)
    {
        if (points.Select(p => p.Series).Distinct().Count() > 1) throw new FailureException(FailureCode.VmNameAmbiguous, Stage.Input, ("vm", vm));
        if (points.Count == 0) throw new FailureException(FailureCode.PointNotFound, Stage.Input, ("point", vm));
        if (keep is null) return new([.. points.Select(p => new PointVerdict(p, []))], [], []);
        var byId = points.ToDictionary(p => p.Id);
        var verdicts = keep.Keep(points.Select(p => new RetentionPoint(p.Id, p.Created, p.Rank)), now, zone);
        var choices = verdicts.Select(v => new PointVerdict(byId[v.Point.Id], v.Reasons)).Reverse().ToLookup(c => c.Reasons.Count > 0);
        return new([.. choices[false]], [.. choices[true]], []);
    }

    /// <summary>Hides them; they can be brought back for fourteen days.</summary>
    public async Task ForgetAsync(OpenVault vault, CancellationToken ct)
    {
        await VaultForget.ForgetAsync(vault, [.. Going.Select(g => g.Point)], ct);
        foreach (var manifest in Damaged) await VaultForget.ForgetDamagedAsync(vault, manifest, ct);
    }
}
