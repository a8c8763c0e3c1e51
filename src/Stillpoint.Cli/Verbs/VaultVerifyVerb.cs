using Stillpoint.Cli.Grammar;
using Stillpoint.Cli.Output;
using Stillpoint.Cli.Service;
using Stillpoint.Cli.Session;
using Stillpoint.Model;
using Stillpoint.Vault;
using Stillpoint.Vault.Stores;

namespace Stillpoint.Cli.Verbs;

/// <summary>Packs against their names (no passphrase needed), or with <c>--full</c> every byte of every point.</summary>
internal static class VaultVerifyVerb
{
    public static async Task<int> RunAsync(Invocation call, CancellationToken ct)
    {
        var full = call.Line.Has("full");
        var share = call.Line.Number("sample", "1-100") switch { null => 1, >= 1 and <= 100 and { } percent => percent / 100, { } other => throw CommandLine.Invalid("sample", $"{other}", "1-100") };
        var minutes = call.Line.Count("max-time", 1);
        var options = new VerifyOptions(share, minutes > 0 ? TimeSpan.FromMinutes(minutes) : null);
        var report = await call.ServiceOfVaultAsync(ct) is { } service ? await ThereAsync(call, service, full, share, minutes, ct) : await HereAsync(call, full, options, ct);
        call.Show(
            () => new(
                report.IsWhole, full, report.Objects, report.Bytes, report.Damage.ToJson(call.Texts),
                [.. report.Points.Select(p => new DamagedPointJson(p.Point.ToString(), p.Series, p.Tree, p.Blocks < 0 ? null : p.Blocks))], report.Left, report.PointsLeft),
            JsonDocuments.Shapes.VerifyJson,
            () => Write(call, report));
        return report.IsWhole ? ExitCode.Done : ExitCode.VaultDamaged;
    }

    private static async Task<VerifyReport> HereAsync(Invocation call, bool full, VerifyOptions options, CancellationToken ct)
    {
        await using var progress = new ProgressView(call);
        var count = progress.Counting(call.Texts.Of("task.verify"));
        return full
            ? await VaultVerify.FullAsync(await call.OpenVaultForCareAsync(ct), options, count, ct)
            : await VaultVerify.PacksAsync(new FolderStore(call.VaultPath), options, call.World.Clock, count, ct);
    }

    private static async Task<VerifyReport> ThereAsync(Invocation call, ServiceLink service, bool full, double share, int minutes, CancellationToken ct)
    {
        EndedJob ended;
        await using (var progress = new ProgressView(call))
        {
            ended = await new ServiceJob(call, service).RunAsync(
                (s, key, left) => s.Jobs.VerifyAsync(new(share * 100, minutes > 0 ? minutes : null, PacksOnly: !full), left, key),
                new CountedBytes(progress.Counting(call.Texts.Of("task.verify"))), ct);
        }
        // With damage the job has failed, and the report says where.
        if (ended.Report?.Verify is not { } r) throw new FailureException(ended.Failed(null)!);
        return new(
            r.Objects, r.Bytes, r.Damage.ToFailures(), [.. r.Points.Select(p => new DamagedPoint(Received.IdOf(p.Point), p.Vm, p.Disk, p.Blocks ?? -1))])
        {
            Left = r.PacksLeft, PointsLeft = r.PointsLeft,
        };
    }

    private static void Write(Invocation call, VerifyReport report)
    {
        var texts = call.Texts;
        foreach (var failure in report.Damage) FailureView.Write(call.World.Out, texts.Of("label.error"), failure, texts);
        foreach (var p in report.Points)
        {
            call.Say(texts.Of(
                p.Blocks < 0 ? "verify.point-lost" : "verify.point-hit", ("point", p.Point.ToString()), ("vm", p.Series), ("disk", p.Tree),
                ("count", $"{p.Blocks}")));
        }
        call.Say(texts.Of(
            report.IsWhole ? "verify.whole" : "verify.damaged", ("objects", $"{report.Objects}"), ("bytes", $"{report.Bytes}"),
            ("count", $"{report.Damage.Count}")));
        if (report.Left + report.PointsLeft > 0) call.Say(texts.Of("verify.left", ("packs", $"{report.Left}"), ("points", $"{report.PointsLeft}")));
        if (report.Points.Count > 0) call.Say(texts.Of("verify.heals"));
    }
}
