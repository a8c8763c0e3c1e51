using Stillpoint.Cli.Grammar;
using Stillpoint.Cli.Output;
using Stillpoint.Cli.Service;
using Stillpoint.Cli.Session;
using Stillpoint.Contracts;
using Stillpoint.Control.Protection;
using Stillpoint.Model;
using Stillpoint.Vault;

namespace Stillpoint.Cli.Verbs;

/// <summary>Points by id, a VM's by retention, or all of a VM. What is forgotten can be brought back for fourteen days.</summary>
internal static class ForgetVerb
{
    private static readonly string[] Keeps = ["keep-last", "keep-hourly", "keep-daily", "keep-weekly", "keep-monthly", "keep-yearly"];

    public static async Task<int> RunAsync(Invocation call, CancellationToken ct)
    {
        var retention = Retention(call.Line);
        var zone = Zone(call.Line);
        var (would, forget) = await call.ServiceOfVaultAsync(ct) is { } service ? await ThereAsync(call, service, retention, zone, ct) : await HereAsync(call, retention, zone, ct);
        var count = would.Forgotten.Count + would.Damaged.Count;
        if (!would.DryRun && count > 0)
        {
            call.Confirm(call.Texts.Of("prompt.forget", ("count", $"{count}")));
            if (call.Line.Has("all")) call.ConfirmPoints(call.Texts.Of("prompt.forget-all"), would.Forgotten.Select(p => $"{p.Point}  {p.Vm}  {call.Time(p.Taken)}"));
            await forget();
        }
        call.Show(() => would, JsonDocuments.Shapes.ForgetJson, () => Write(call, would));
        return ExitCode.Done;
    }

    public static async Task<int> UnforgetAsync(Invocation call, CancellationToken ct)
    {
        var asked = call.Line.Argument!;
        var (points, unforget) = await ForgottenAsync(call, null, ct);
        var found = points.Where(f => asked.Length >= 4 && f.Point.StartsWith(asked, StringComparison.OrdinalIgnoreCase)).ToList();
        if (found.Count != 1)
            throw new FailureException(found.Count == 0 ? FailureCode.PointNotFound : FailureCode.PointAmbiguous, Stage.Input, ("point", asked));
        await unforget(found[0].Point);
        call.Show(() => found[0], JsonDocuments.Shapes.ForgottenPointJson, () => call.Say(call.Texts.Of("forget.back", ("point", found[0].Point))));
        return ExitCode.Done;
    }

    public static async Task<int> ListAsync(Invocation call, CancellationToken ct)
    {
        var (points, _) = await ForgottenAsync(call, call.Line.Value("vm"), ct);
        call.Show(() => new(points), JsonDocuments.Shapes.ForgottenPointsJson, () =>
        {
            var texts = call.Texts;
            var table = new Table(texts.Of("col.point"), texts.Of("col.vm"), texts.Of("col.taken"), texts.Of("col.forgotten"), texts.Of("col.until"));
            foreach (var f in points) table.Add(f.Point, f.Vm, call.Time(f.Taken), call.Time(f.Forgotten), call.Time(f.Until));
            if (points.Count == 0) call.Say(texts.Of("list.no-forgotten-points"));
            else call.World.Out.Write(table);
        });
        return ExitCode.Done;
    }

    /// <returns>The points, and how one of them is brought back.</returns>
    private static async Task<(IReadOnlyList<ForgottenPointJson> Points, Func<string, Task> Unforget)> ForgottenAsync(Invocation call, string? vm, CancellationToken ct)
    {
        if (await call.ServiceOfVaultAsync(ct) is { } service)
        {
            var there = await service.AskAsync(s => s.Points.ForgottenAsync(ct, vm));
            return (
                [.. there.Select(f => new ForgottenPointJson(f.Id, f.Vm, f.VmId, f.Taken, f.Forgotten, f.Until))],
                id => service.AskAsync(s => s.Points.UnforgetAsync(id, ct)));
        }
        var vault = await call.OpenVaultForCareAsync(ct);
        var all = (await vault.ListForgottenAsync(ct)).Where(f => vm is null || PointChoice.Of([f.Point], vm).Count > 0).ToList();
        return ([.. all.Select(ToJson)], id => VaultForget.UnforgetAsync(vault, all.First(f => f.Point.Id.ToString() == id).Point, ct));
    }

    private static async Task<(ForgetJson Would, Func<Task> Forget)> HereAsync(Invocation call, Retention retention, TimeZoneInfo zone, CancellationToken ct)
    {
        var vault = await call.OpenVaultForCareAsync(ct);
        var vm = call.Line.Value("all") ?? call.Line.Value("vm");
        var chosen = vm is null
            ? await PointsToForget.ByIdAsync(vault, call.Line.Arguments, ct)
            : PointsToForget.OfVm(
                vm, PointChoice.Of(await vault.ListPointsAsync(null, ct), vm), call.Line.Has("all") ? null : retention, call.World.Clock.GetUtcNow(), zone);
        return (
            new(call.Line.Has("dry-run"), [.. chosen.Going.Select(ToJson)], [.. chosen.Staying.Select(ToJson)], [.. chosen.Damaged.Select(PointsToForget.IdOf)]),
            () => chosen.ForgetAsync(vault, ct));
    }

    private static async Task<(ForgetJson Would, Func<Task> Forget)> ThereAsync(Invocation call, ServiceLink service, Retention keep, TimeZoneInfo zone, CancellationToken ct)
    {
        var line = call.Line;
        var request = new ForgetRequest(
            line.Arguments.Count > 0 ? line.Arguments : null, line.Value("all") ?? line.Value("vm"),
            line.Has("vm") ? new(keep.Last, keep.Hourly, keep.Daily, keep.Weekly, keep.Monthly, keep.Yearly) : null, line.Has("all"), zone.Id, DryRun: true);
        var would = await service.AskAsync(s => s.Points.ForgetAsync(request, ct));
        var count = would.Forgotten.Count + would.Damaged.Count;
        return (
            new(line.Has("dry-run"), [.. would.Forgotten.Select(ToJson)], [.. would.Kept.Select(ToJson)], would.Damaged),
            () => service.AskAsync(s => s.Points.ForgetAsync(request with { DryRun = false, Confirm = $"{count}" }, ct)));
    }

    /// <summary>Exactly one way to choose: ids, all of a VM, or a VM with what to keep.</summary>
    /// <exception cref="FailureException">UsageChooseOne, UsageConflict, UsageInvalid.</exception>
    private static Retention Retention(CommandLine line)
    {
        line.NotTogether("all", "vm");
        var retention = new Retention(
            line.Count("keep-last", 1), line.Count("keep-hourly", 1), line.Count("keep-daily", 1), line.Count("keep-weekly", 1), line.Count("keep-monthly", 1),
            line.Count("keep-yearly", 1));
        string[] ways = ["all", "vm", .. Keeps];
        if (line.Arguments.Count > 0 && ways.FirstOrDefault(line.Has) is { } other)
            throw new FailureException(FailureCode.UsageConflict, Stage.Input, ("first", line.Arguments[0]), ("second", "--" + other));
        if (line.Arguments.Count > 0) return retention;
        if (!line.Has("vm") && !line.Has("all")) throw line.ChooseOne("vm", "all");
        if (line.Has("vm") && retention.IsEmpty) throw line.ChooseOne(Keeps);
        foreach (var keep in Keeps) line.NotTogether("all", keep);
        return retention;
    }

    private static TimeZoneInfo Zone(CommandLine line)
    {
        if (line.Value("time-zone") is not { } name) return TimeZoneInfo.Local;
        return TimeZoneInfo.TryFindSystemTimeZoneById(name, out var zone) ? zone : throw CommandLine.Invalid("time-zone", name, "Europe/Amsterdam, UTC, ...");
    }

    private static void Write(Invocation call, ForgetJson would)
    {
        var (texts, dryRun) = (call.Texts, would.DryRun);
        foreach (var p in would.Kept)
            call.Say(texts.Of("forget.kept", ("point", p.Point), ("time", call.Time(p.Taken)), ("reasons", string.Join(", ", p.Reasons.Select(r => texts.Of("keep." + r))))));
        foreach (var p in would.Forgotten) call.Say(texts.Of(dryRun ? "forget.would-go" : "forget.gone", ("point", p.Point), ("time", call.Time(p.Taken))));
        foreach (var point in would.Damaged) call.Say(texts.Of(dryRun ? "forget.would-go-damaged" : "forget.gone-damaged", ("point", point)));
        if (!dryRun && would.Forgotten.Count > 0) call.Say(texts.Of("forget.how-back"));
        if (would.Forgotten.Count + would.Damaged.Count == 0) call.Say(texts.Of("forget.nothing"));
    }

    private static RetentionPointJson ToJson(PointVerdict v) => new(
        v.Point.Id.ToString(), v.Point.SeriesLabel, v.Point.Series.ToString(), v.Point.Created.ToUniversalTime(), [.. v.Reasons.Select(r => r.ToText())]);

    private static RetentionPointJson ToJson(RetentionPointView v) => new(v.Point, v.Vm, v.VmId, v.Taken, v.Reasons);

    private static ForgottenPointJson ToJson(ForgottenPoint f) => new(
        f.Point.Id.ToString(), f.Point.SeriesLabel, f.Point.Series.ToString(), f.Point.Created.ToUniversalTime(), f.Since.ToUniversalTime(), f.Until.ToUniversalTime());
}
