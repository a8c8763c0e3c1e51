using Stillpoint.Cli.Output;
using Stillpoint.Cli.Service;
using Stillpoint.Cli.Session;
using Stillpoint.Engine.Points;
using Stillpoint.Model;
using Stillpoint.Texts;

namespace Stillpoint.Cli.Verbs;

internal static class PointVerbs
{
    public static async Task<int> ListAsync(Invocation call, CancellationToken ct)
    {
        if (call.Line.Has("forgotten")) return await ForgetVerb.ListAsync(call, ct);
        var (points, damaged) = await call.ServiceOfVaultAsync(ct) is { } service ? await ThereAsync(call, service, ct) : await HereAsync(call, ct);
        call.Show(
            () => new([.. points.Select(p => p.ToJson(call.Texts))], damaged.ToJson(call.Texts)), JsonDocuments.Shapes.PointsJson, () =>
            {
                if (points.Count == 0) call.Say(call.Texts.Of("list.no-points"));
                else call.World.Out.Write(TableOf(points, call));
            });
        foreach (var failure in damaged) call.Warn(failure);
        return damaged.Count > 0 ? ExitCode.VaultDamaged : ExitCode.Done;
    }

    public static async Task<int> ShowAsync(Invocation call, CancellationToken ct)
    {
        var point = await call.ServiceOfVaultAsync(ct) is { } service
            ? await PointChoice.FindAsync(call, service, ct)
            : (await PointChoice.FindAsync(call, (await call.OpenVaultAsync(ct)).Vault, ct)).ToRecoveryPoint();
        call.Show(() => point.ToJson(call.Texts), JsonDocuments.Shapes.PointJson, () =>
        {
            call.World.Out.Write(TableOf([point], call));
            Describe(call.World.Out, point, call.Texts);
        });
        return ExitCode.Done;
    }

    private static async Task<(IReadOnlyList<RecoveryPoint> Points, IReadOnlyList<Failure> Damaged)> HereAsync(Invocation call, CancellationToken ct)
    {
        var opened = await call.OpenVaultAsync(ct);
        var points = PointChoice.Of(await opened.Vault.ListPointsAsync(null, ct), call.Line.Value("vm"));
        return ([.. points.Select(p => p.ToRecoveryPoint())], await opened.Vault.ListDamagedAsync(ct));
    }

    private static async Task<(IReadOnlyList<RecoveryPoint> Points, IReadOnlyList<Failure> Damaged)> ThereAsync(Invocation call, ServiceLink service, CancellationToken ct) =>
        (await PointChoice.OfAsync(service, call.Line.Value("vm"), ct), (await service.AskAsync(s => s.Points.DamagedAsync(ct))).ToFailures());

    /// <summary>What a point holds and what it is worth: the same after a backup and in <c>point show</c>.</summary>
    public static void Describe(TextWriter to, RecoveryPoint point, LocalTexts texts)
    {
        to.WriteLine(texts.Labelled(texts.Of("col.consistency"), texts.Consistency(point.Consistency)));
        if (point.Frozen is { } frozen) to.WriteLine(texts.Labelled(texts.Of("label.frozen"), texts.Duration(frozen)));
        if (point.Reason is { } reason) FailureView.Write(to, texts.Of("label.why-lower"), reason, texts);
        if (point.Checkpoint is { } checkpoint) to.WriteLine(texts.Labelled(texts.Of("label.checkpoint"), checkpoint));
        to.WriteLine();
        var table = new Table(
            texts.Of("col.disk"), texts.Of("col.format"), texts.Of("col.size"), texts.Of("col.reading"), texts.Of("col.read"), texts.Of("col.changed"));
        foreach (var d in point.Disks)
            table.Add(d.Name, d.Format, texts.Size(d.SizeBytes), texts.ReadMode(d.Mode), texts.Size(d.BytesRead), texts.Size(d.BytesChanged));
        to.Write(table);
        foreach (var left in point.LeftOut) FailureView.Write(to, $"{texts.Of("label.left-out")} ({left.Name})", left.Reason, texts);
    }

    private static Table TableOf(IEnumerable<RecoveryPoint> points, Invocation call)
    {
        var texts = call.Texts;
        var table = new Table(
            texts.Of("col.point"), texts.Of("col.vm"), texts.Of("col.taken"), texts.Of("col.consistency"), texts.Of("col.read"), texts.Of("col.stored"));
        foreach (var p in points)
        {
            table.Add(
                p.Id.ToString(), p.VmName, call.Time(p.Taken), texts.Consistency(p.Consistency), texts.Size(p.BytesRead), texts.Size(p.BytesStored));
        }
        return table;
    }
}
