using Stillpoint.Cli.Session;
using Stillpoint.Model;
using Stillpoint.Vault;

namespace Stillpoint.Cli.Verbs;

/// <summary>POINT as people write it: an id, a unique prefix, or <c>latest</c> of a VM.</summary>
internal static class PointChoice
{
    public const string Latest = "latest";

    /// <exception cref="FailureException">PointNotFound, PointAmbiguous, VmNameAmbiguous, UsageChooseOne.</exception>
    public static async Task<PointInfo> FindAsync(Invocation call, IVault vault, CancellationToken ct)
    {
        var asked = call.Line.Argument!;
        var vm = call.Line.Value("vm");
        if (asked != Latest)
        {
            return vm is null
                ? await vault.FindPointAsync(asked, ct)
                : throw new FailureException(FailureCode.UsageConflict, Stage.Input, ("first", asked), ("second", "--vm"));
        }
        if (vm is null) throw call.Line.ChooseOne("vm");
        var points = Of(await vault.ListPointsAsync(null, ct), vm);
        if (points.Select(p => p.Series).Distinct().Count() > 1)
            throw new FailureException(FailureCode.VmNameAmbiguous, Stage.Input, ("vm", vm));
        return points.Count > 0 ? points[^1] : throw new FailureException(FailureCode.PointNotFound, Stage.Input, ("point", $"{Latest} --vm {vm}"));
    }

    /// <summary>The points of one VM, by name or UUID, in the order given.</summary>
    public static IReadOnlyList<PointInfo> Of(IReadOnlyList<PointInfo> points, string? vm) => vm is null
        ? points
        : [.. points.Where(p => p.SeriesLabel == vm || p.Series.ToString().Equals(vm, StringComparison.OrdinalIgnoreCase))];
}
