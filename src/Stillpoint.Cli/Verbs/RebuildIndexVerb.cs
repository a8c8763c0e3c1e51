using Stillpoint.Cli.Output;
using Stillpoint.Cli.Session;
using Stillpoint.Vault;

namespace Stillpoint.Cli.Verbs;

internal static class RebuildIndexVerb
{
    public static async Task<int> RunAsync(Invocation call, CancellationToken ct)
    {
        var vault = await call.OpenVaultForCareAsync(ct);
        call.Confirm(call.Texts.Of("prompt.rebuild-index"));
        RebuildReport report;
        await using (var progress = new ProgressView(call))
            report = await IndexRebuild.RunAsync(vault, progress.Counting(call.Texts.Of("task.rebuild-index")), ct);
        call.Show(
            () => new(report.Packs, report.Entries, report.Segments, report.Damaged.ToJson(call.Texts)), JsonDocuments.Shapes.RebuildJson,
            () => call.Say(call.Texts.Of("rebuild.done", ("packs", $"{report.Packs}"), ("entries", $"{report.Entries}"))));
        foreach (var failure in report.Damaged) call.Warn(failure);
        return report.Damaged.Count > 0 ? ExitCode.VaultDamaged : ExitCode.Done;
    }
}
