using Stillpoint.Cli.Output;
using Stillpoint.Cli.Session;
using Stillpoint.Model;
using Stillpoint.Vault;

namespace Stillpoint.Cli.Verbs;

/// <summary>Frees what no point needs any more; with <c>--now</c> also forgotten points that could still be brought back.</summary>
internal static class GcVerb
{
    public static async Task<int> RunAsync(Invocation call, CancellationToken ct)
    {
        var line = call.Line;
        var minutes = line.Count("max-time", 1);
        var options = new GcOptions(line.Has("now"), line.Has("dry-run"), minutes > 0 ? TimeSpan.FromMinutes(minutes) : null);
        var vault = await call.OpenVaultForCareAsync(ct);
        if (options is { Now: true, DryRun: false }) await ConfirmAsync(call, vault, ct);
        GcReport report;
        await using (var progress = new ProgressView(call)) report = await VaultGc.RunAsync(vault, options with { Progress = p => progress.Set(() => TextOf(call, p)) }, ct);
        var unsaved = options.DryRun ? null : await SaveCatalogAsync(call, vault, ct);
        call.Show(
            () => new(
                report.DryRun, report.Unfinished, report.PointsTaken, report.PointsInUse, report.PointsHeld, report.PacksDeleted, report.BytesFreed, report.BytesRepacked,
                report.BytesLive, report.SegmentsBefore, report.SegmentsAfter, report.LeasesRemoved,
                unsaved is null ? [] : new[] { unsaved }.ToJson(call.Texts)),
            JsonDocuments.Shapes.GcJson, () => Write(call, report));
        if (unsaved is not null) call.Warn(unsaved);
        return ExitCode.Done;
    }

    /// <summary>Collected nightly, as a rule: so settings that were changed get into the vault even where no backup ran since. Not from a machine that only helps out.</summary>
    private static async Task<Failure?> SaveCatalogAsync(Invocation call, OpenVault vault, CancellationToken ct) =>
        File.Exists(call.Data.Catalog) && call.Control.Places.PathOf(vault.Id) is not null ? await call.Control.SaveCatalogAsync(new(vault, call.VaultPath), ct) : null;

    private static string TextOf(Invocation call, GcProgress p) => call.Texts.Of("gc.phase." + p.Phase.ToText(), ("done", $"{p.Done}"), ("total", $"{p.Total}"));

    private static async Task ConfirmAsync(Invocation call, OpenVault vault, CancellationToken ct)
    {
        var forgotten = await vault.ListForgottenAsync(ct);
        if (forgotten.Count == 0) return;
        call.Confirm(call.Texts.Of("prompt.gc-now", ("count", $"{forgotten.Count}")));
        call.ConfirmPoints(call.Texts.Of("prompt.points-gone"), forgotten.Select(f => $"{f.Point.Id}  {f.Point.SeriesLabel}  {call.Time(f.Point.Created)}"));
    }

    private static void Write(Invocation call, GcReport report)
    {
        var texts = call.Texts;
        foreach (var point in report.PointsTaken) call.Say(texts.Of(report.DryRun ? "gc.would-take" : "gc.taken", ("point", point)));
        foreach (var point in report.PointsInUse) call.Say(texts.Of("gc.in-use", ("point", point)));
        foreach (var point in report.PointsHeld) call.Say(texts.Of("gc.held", ("point", point)));
        call.Say(texts.Of(report.DryRun ? "gc.would-free" : "gc.freed", ("bytes", $"{report.BytesFreed - report.BytesRepacked}"), ("packs", $"{report.PacksDeleted}")));
        if (report.Unfinished) call.Say(texts.Of("gc.unfinished"));
    }
}
