using Stillpoint.Cli.Service;
using Stillpoint.Cli.Session;
using Stillpoint.Model;
using Stillpoint.Vault;

namespace Stillpoint.Cli.Verbs;

/// <summary>POINT as people write it: an id, a unique prefix, or <c>latest</c> of a VM.</summary>
internal static class PointChoice
{
    public const string Latest = "latest";
    private const int Page = 1000;

    /// <exception cref="FailureException">PointNotFound, PointAmbiguous, VmNameAmbiguous, UsageChooseOne.</exception>
    public static async Task<PointInfo> FindAsync(Invocation call, IVault vault, CancellationToken ct)
    {
        if (Asked(call) is { } id) return await vault.FindPointAsync(id, ct);
        var vm = call.Line.Value("vm")!;
        return NewestOf(vm, Of(await vault.ListPointsAsync(null, ct), vm), p => p.Series.Value);
    }

    /// <summary>The same of the service's vault.</summary>
    /// <exception cref="FailureException">PointNotFound, PointAmbiguous, VmNameAmbiguous, UsageChooseOne, and the service's.</exception>
    public static async Task<RecoveryPoint> FindAsync(Invocation call, ServiceLink service, CancellationToken ct)
    {
        if (Asked(call) is { } id) return (await service.AskAsync(s => s.Points.ShowAsync(id, ct))).ToPoint();
        var vm = call.Line.Value("vm")!;
        return NewestOf(vm, await OfAsync(service, vm, ct), p => p.Vm.Value);
    }

    /// <summary>Points of the service's vault, oldest first.</summary>
    public static async Task<IReadOnlyList<RecoveryPoint>> OfAsync(ServiceLink service, string? vm, CancellationToken ct)
    {
        var newestFirst = await service.PagesAsync((s, after) => s.Points.ListAsync(ct, vm, after, Page));
        return [.. newestFirst.AsEnumerable().Reverse().Select(p => p.ToPoint())];
    }

    /// <returns>Null: the latest of a VM.</returns>
    private static string? Asked(Invocation call)
    {
        var asked = call.Line.Argument!;
        if (asked == Latest) return call.Line.Has("vm") ? null : throw call.Line.ChooseOne("vm");
        return call.Line.Has("vm") ? throw new FailureException(FailureCode.UsageConflict, Stage.Input, ("first", asked), ("second", "--vm")) : asked;
    }

    private static T NewestOf<T>(string vm, IReadOnlyList<T> points, Func<T, Guid> idOf)
    {
        if (points.Select(idOf).Distinct().Count() > 1) throw new FailureException(FailureCode.VmNameAmbiguous, Stage.Input, ("vm", vm));
        return points.Count > 0 ? points[^1] : throw new FailureException(FailureCode.PointNotFound, Stage.Input, ("point", $"{Latest} --vm {vm}"));
    }

    /// <summary>The points of one VM, by name or UUID, in the order given.</summary>
    public static IReadOnlyList<PointInfo> Of(IReadOnlyList<PointInfo> points, string? vm) => vm is null
        ? points
        : [.. points.Where(p => p.SeriesLabel == vm || p.Series.ToString().Equals(vm, StringComparison.OrdinalIgnoreCase))];
}
