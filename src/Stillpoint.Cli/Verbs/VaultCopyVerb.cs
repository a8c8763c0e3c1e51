using Stillpoint.Cli.Output;
using Stillpoint.Cli.Session;
using Stillpoint.Model;
using Stillpoint.Vault;
using Stillpoint.Vault.Stores;

namespace Stillpoint.Cli.Verbs;

/// <summary>Points into a second vault. Run again after an interruption it goes on where it was.</summary>
internal static class VaultCopyVerb
{
    public static async Task<int> RunAsync(Invocation call, CancellationToken ct)
    {
        var path = Path.GetFullPath(call.Line.Argument!);
        var source = await call.OpenVaultForCareAsync(ct);
        var chosen = await ChoiceAsync(call, source, ct);
        CopyReport report;
        await using (var progress = new ProgressView(call))
            report = await VaultCopy.RunAsync(source, new FolderStore(path), chosen, progress.Counting(call.Texts.Of("task.copy")), ct);
        call.Control.Places.VaultUsed(report.Vault, path);
        call.Show(
            () => new(
                report.Vault.ToString(), path, report.Made, [.. report.Points.Select(p => p.ToString())], report.PointsThere, report.Packs, report.Bytes,
                report.Failures.ToJson(call.Texts)),
            JsonDocuments.Shapes.VaultCopyJson,
            () =>
            {
                if (report.Made) call.Say(call.Texts.Of("vault.copy-made", ("path", path)));
                call.Say(call.Texts.Of("vault.copied", ("count", $"{report.Points.Count}"), ("there", $"{report.PointsThere}"), ("bytes", $"{report.Bytes}")));
            });
        foreach (var failure in report.Failures) call.Warn(failure);
        return report.Failures.Count > 0 ? ExitCode.VaultDamaged : ExitCode.Done;
    }

    /// <returns>Null: every point. What was named must be there: a name mistyped would else copy nothing and say it is done.</returns>
    private static async Task<Func<PointInfo, bool>?> ChoiceAsync(Invocation call, OpenVault source, CancellationToken ct)
    {
        var (vms, prefixes) = (call.Line.Values("vm"), call.Line.Values("point"));
        if (vms.Count + prefixes.Count == 0) return null;
        var points = await source.ListPointsAsync(null, ct);
        var chosen = new HashSet<PointId>();
        foreach (var vm in vms)
        {
            var own = points.Where(p => p.SeriesLabel == vm || p.Series.ToString() == vm).Select(p => p.Id).ToList();
            if (own.Count == 0) throw new FailureException(FailureCode.VmNotFound, Stage.Input, ("vm", vm));
            chosen.UnionWith(own);
        }
        foreach (var prefix in prefixes) chosen.Add((await source.FindPointAsync(prefix, ct)).Id);
        return p => chosen.Contains(p.Id);
    }
}
