using Stillpoint.Cli.Output;
using Stillpoint.Cli.Session;
using Stillpoint.Vault;
using Stillpoint.Vault.Stores;

namespace Stillpoint.Cli.Verbs;

/// <summary>Packs against their names (no passphrase needed), or with <c>--full</c> every byte of every point.</summary>
internal static class VaultVerifyVerb
{
    public static async Task<int> RunAsync(Invocation call, CancellationToken ct)
    {
        var full = call.Line.Has("full");
        VerifyReport report;
        await using (var progress = new ProgressView(call))
        {
            var count = progress.Counting(call.Texts.Of("task.verify"));
            report = full
                ? await VaultVerify.FullAsync(await call.OpenVaultForCareAsync(ct), count, ct)
                : await VaultVerify.PacksAsync(new FolderStore(call.VaultPath), count, ct);
        }
        call.Show(
            () => new(
                report.IsWhole, full, report.Objects, report.Bytes, report.Damage.ToJson(call.Texts),
                [.. report.Points.Select(p => new DamagedPointJson(p.Point.ToString(), p.Series, p.Tree, p.Blocks < 0 ? null : p.Blocks))]),
            JsonDocuments.Shapes.VerifyJson,
            () => Write(call, report));
        return report.IsWhole ? ExitCode.Done : ExitCode.VaultDamaged;
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
        if (report.Points.Count > 0) call.Say(texts.Of("verify.heals"));
    }
}
