using Stillpoint.Cli.Output;
using Stillpoint.Cli.Service;
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
        var report = await call.ServiceOfVaultAsync(ct) is { } service ? await ThereAsync(call, service, path, ct) : await HereAsync(call, path, ct);
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

    private static async Task<CopyReport> HereAsync(Invocation call, string path, CancellationToken ct)
    {
        var source = await call.OpenVaultForCareAsync(ct);
        var chosen = await ChoiceAsync(call, await source.ListPointsAsync(null, ct), async prefix => (await source.FindPointAsync(prefix, ct)).Id);
        CopyReport report;
        await using (var progress = new ProgressView(call))
            report = await VaultCopy.RunAsync(source, new FolderStore(path), chosen is null ? null : p => chosen.Contains(p.Id), progress.Counting(call.Texts.Of("task.copy")), ct);
        if (await call.ServiceAsync(Concern.Catalog, ct) is null) call.Control.Places.VaultUsed(report.Vault, path);
        return report;
    }

    private static async Task<CopyReport> ThereAsync(Invocation call, ServiceLink service, string path, CancellationToken ct)
    {
        var known = (await PointChoice.OfAsync(service, null, ct)).Select(p => new PointInfo(p.Id, new(p.Vm.Value), p.VmName, p.Taken, (int)p.Consistency, [], default, p.BytesStored));
        var chosen = await ChoiceAsync(call, [.. known], async prefix => Received.IdOf((await service.AskAsync(s => s.Points.ShowAsync(prefix, ct))).Id));
        EndedJob ended;
        await using (var progress = new ProgressView(call))
        {
            ended = await new ServiceJob(call, service).RunAsync(
                (s, key, left) => s.Jobs.CopyAsync(new(path, chosen is null ? null : [.. chosen.Select(p => p.ToString())]), left, key),
                new CountedBytes(progress.Counting(call.Texts.Of("task.copy"))), ct);
        }
        if (ended.Failed(ended.Report?.Copy) is { } failure) throw new FailureException(failure);
        var r = ended.Report!.Copy!;
        return new(new(Guid.Parse(r.Vault)), r.Made, [.. r.Points.Select(Received.IdOf)], r.PointsThere, r.Packs, r.Bytes, r.Damage.ToFailures());
    }

    /// <returns>Null: every point. What was named must be there: a name mistyped would else copy nothing and say it is done.</returns>
    private static async Task<HashSet<PointId>?> ChoiceAsync(Invocation call, IReadOnlyList<PointInfo> points, Func<string, Task<PointId>> find)
    {
        var (vms, prefixes) = (call.Line.Values("vm"), call.Line.Values("point"));
        if (vms.Count + prefixes.Count == 0) return null;
        var chosen = new HashSet<PointId>();
        foreach (var vm in vms)
        {
            var own = points.Where(p => p.SeriesLabel == vm || p.Series.ToString() == vm).Select(p => p.Id).ToList();
            if (own.Count == 0) throw new FailureException(FailureCode.VmNotFound, Stage.Input, ("vm", vm));
            chosen.UnionWith(own);
        }
        foreach (var prefix in prefixes) chosen.Add(await find(prefix));
        return chosen;
    }
}
