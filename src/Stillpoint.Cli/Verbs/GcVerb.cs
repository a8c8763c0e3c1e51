using Stillpoint.Cli.Output;
using Stillpoint.Cli.Service;
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
        var gc = await call.ServiceOfVaultAsync(ct) is { } service ? await ThereAsync(call, service, options, ct) : await HereAsync(call, options, ct);
        call.Show(() => gc, JsonDocuments.Shapes.GcJson, () => Write(call, gc));
        return ExitCode.Done;
    }

    private static async Task<GcJson> HereAsync(Invocation call, GcOptions options, CancellationToken ct)
    {
        var vault = await call.OpenVaultForCareAsync(ct);
        if (options is { Now: true, DryRun: false })
            Ask(call, [.. (await vault.ListForgottenAsync(ct)).Select(f => $"{f.Point.Id}  {f.Point.SeriesLabel}  {call.Time(f.Point.Created)}")]);
        GcReport r;
        await using (var progress = new ProgressView(call)) r = await VaultGc.RunAsync(vault, options with { Progress = p => progress.Set(() => TextOf(call, p)) }, ct);
        // A service that is there saves its catalog by itself.
        var unsaved = options.DryRun || await call.ServiceAsync(Concern.Catalog, ct) is not null ? null : await SaveCatalogAsync(call, vault, ct);
        if (unsaved is not null) call.Warn(unsaved);
        return new(
            r.DryRun, r.Unfinished, r.PointsTaken, r.PointsInUse, r.PointsHeld, r.PacksDeleted, r.BytesFreed, r.BytesRepacked, r.BytesLive, r.SegmentsBefore, r.SegmentsAfter,
            r.LeasesRemoved, unsaved is null ? [] : new[] { unsaved }.ToJson(call.Texts));
    }

    private static async Task<GcJson> ThereAsync(Invocation call, ServiceLink service, GcOptions options, CancellationToken ct)
    {
        string? confirm = null;
        if (options is { Now: true, DryRun: false })
        {
            Ask(call, [.. (await service.AskAsync(s => s.Points.ForgottenAsync(ct))).Select(f => $"{f.Id}  {f.Vm}  {call.Time(f.Taken)}")]);
            confirm = (await service.AskAsync(s => s.Vaults.StatsAsync(ct))).Id;
        }
        var ended = await new ServiceJob(call, service).RunAsync(
            (s, key, left) => s.Jobs.CollectAsync(new(options.Now, options.DryRun, (int?)options.MaxTime?.TotalMinutes, confirm), left, key), new CountedBytes(static _ => { }), ct);
        if (ended.Failed(ended.Report?.Gc) is { } failure) throw new FailureException(failure);
        var r = ended.Report!.Gc!;
        return new(
            r.DryRun, r.Unfinished, r.PointsTaken, r.PointsInUse, r.PointsHeld, r.PacksDeleted, r.BytesFreed, r.BytesRepacked, r.BytesLive, r.SegmentsBefore, r.SegmentsAfter,
            r.LeasesRemoved, ended.Warnings.ToJson(call.Texts));
    }

    /// <summary>Collected nightly, as a rule: so settings that were changed get into the vault even where no backup ran since. Not from a machine that only helps out.</summary>
    private static async Task<Failure?> SaveCatalogAsync(Invocation call, OpenVault vault, CancellationToken ct) =>
        File.Exists(call.Data.Catalog) && call.Control.Places.PathOf(vault.Id) is not null ? await call.Control.SaveCatalogAsync(new(vault, call.VaultPath), ct) : null;

    private static string TextOf(Invocation call, GcProgress p) => call.Texts.Of("gc.phase." + p.Phase.ToText(), ("done", $"{p.Done}"), ("total", $"{p.Total}"));

    private static void Ask(Invocation call, IReadOnlyList<string> forgotten)
    {
        if (forgotten.Count == 0) return;
        call.Confirm(call.Texts.Of("prompt.gc-now", ("count", $"{forgotten.Count}")));
        call.ConfirmPoints(call.Texts.Of("prompt.points-gone"), forgotten);
    }

    private static void Write(Invocation call, GcJson report)
    {
        var texts = call.Texts;
        foreach (var point in report.PointsTaken) call.Say(texts.Of(report.DryRun ? "gc.would-take" : "gc.taken", ("point", point)));
        foreach (var point in report.PointsInUse) call.Say(texts.Of("gc.in-use", ("point", point)));
        foreach (var point in report.PointsHeld) call.Say(texts.Of("gc.held", ("point", point)));
        call.Say(texts.Of(report.DryRun ? "gc.would-free" : "gc.freed", ("bytes", $"{report.BytesFreed - report.BytesRepacked}"), ("packs", $"{report.PacksDeleted}")));
        if (report.Unfinished) call.Say(texts.Of("gc.unfinished"));
    }
}
