using Stillpoint.Cli.Grammar;
using Stillpoint.Cli.Output;
using Stillpoint.Cli.Session;
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
        var vault = await call.OpenVaultForCareAsync(ct);
        var damaged = new List<string>();
        var (going, staying) = call.Line.Arguments.Count > 0 ? (await ByIdAsync(call, vault, damaged, ct), []) : await ByVmAsync(call, vault, retention, zone, ct);
        var dryRun = call.Line.Has("dry-run");
        if (!dryRun && going.Count + damaged.Count > 0)
        {
            call.Confirm(call.Texts.Of("prompt.forget", ("count", $"{going.Count + damaged.Count}")));
            if (call.Line.Has("all")) call.ConfirmPoints(call.Texts.Of("prompt.forget-all"), going.Select(g => $"{g.Point.Id}  {g.Point.SeriesLabel}  {call.Time(g.Point.Created)}"));
            await VaultForget.ForgetAsync(vault, [.. going.Select(g => g.Point)], ct);
            foreach (var manifest in damaged) await VaultForget.ForgetDamagedAsync(vault, manifest, ct);
        }
        call.Show(
            () => new(dryRun, [.. going.Select(ToJson)], [.. staying.Select(ToJson)], [.. damaged.Select(IdOf)]), JsonDocuments.Shapes.ForgetJson,
            () => Write(call, going, staying, damaged, dryRun));
        return ExitCode.Done;
    }

    public static async Task<int> UnforgetAsync(Invocation call, CancellationToken ct)
    {
        var vault = await call.OpenVaultForCareAsync(ct);
        var asked = call.Line.Argument!;
        var found = (await vault.ListForgottenAsync(ct)).Where(f => asked.Length >= 4 && f.Point.Id.ToString().StartsWith(asked, StringComparison.OrdinalIgnoreCase)).ToList();
        if (found.Count != 1)
            throw new FailureException(found.Count == 0 ? FailureCode.PointNotFound : FailureCode.PointAmbiguous, Stage.Input, ("point", asked));
        await VaultForget.UnforgetAsync(vault, found[0].Point, ct);
        call.Show(() => ToJson(found[0]), JsonDocuments.Shapes.ForgottenPointJson, () => call.Say(call.Texts.Of("forget.back", ("point", found[0].Point.Id.ToString()))));
        return ExitCode.Done;
    }

    public static async Task<int> ListAsync(Invocation call, CancellationToken ct)
    {
        var vm = call.Line.Value("vm");
        var vault = await call.OpenVaultForCareAsync(ct);
        var all = await vault.ListForgottenAsync(ct);
        var points = all.Where(f => vm is null || PointChoice.Of([f.Point], vm).Count > 0).ToList();
        call.Show(() => new([.. points.Select(ToJson)]), JsonDocuments.Shapes.ForgottenPointsJson, () =>
        {
            var texts = call.Texts;
            var table = new Table(texts.Of("col.point"), texts.Of("col.vm"), texts.Of("col.taken"), texts.Of("col.forgotten"), texts.Of("col.until"));
            foreach (var f in points) table.Add(f.Point.Id.ToString(), f.Point.SeriesLabel, call.Time(f.Point.Created), call.Time(f.Since), call.Time(f.Until));
            if (points.Count == 0) call.Say(texts.Of("list.no-forgotten-points"));
            else call.World.Out.Write(table);
        });
        return ExitCode.Done;
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

    /// <param name="damaged">Gets the manifests of points that were asked for and cannot be read: as long as they are there, no garbage is collected.</param>
    private static async Task<List<Choice>> ByIdAsync(Invocation call, OpenVault vault, List<string> damaged, CancellationToken ct)
    {
        var chosen = new List<Choice>();
        foreach (var asked in call.Line.Arguments)
        {
            try
            {
                if (await vault.FindPointAsync(asked, ct) is var point && chosen.TrueForAll(c => c.Point.Id != point.Id)) chosen.Add(new(point, []));
            }
            catch (FailureException e) when (e.Failure.Code == FailureCode.VaultDamaged && e.Failure.Arguments.TryGetValue("object", out var manifest)
                && IdOf(manifest).StartsWith(asked, StringComparison.OrdinalIgnoreCase))
            {
                if (!damaged.Contains(manifest)) damaged.Add(manifest);
            }
        }
        return chosen;
    }

    private static string IdOf(string manifest) => manifest[(manifest.LastIndexOf('/') + 1)..];

    /// <exception cref="FailureException">VmNameAmbiguous, PointNotFound.</exception>
    private static async Task<(List<Choice> Going, List<Choice> Staying)> ByVmAsync(Invocation call, OpenVault vault, Retention retention, TimeZoneInfo zone, CancellationToken ct)
    {
        var vm = call.Line.Value("all") ?? call.Line.Value("vm")!;
        var points = PointChoice.Of(await vault.ListPointsAsync(null, ct), vm);
        if (points.Select(p => p.Series).Distinct().Count() > 1) throw new FailureException(FailureCode.VmNameAmbiguous, Stage.Input, ("vm", vm));
        if (points.Count == 0) throw new FailureException(FailureCode.PointNotFound, Stage.Input, ("point", vm));
        if (call.Line.Has("all")) return ([.. points.Select(p => new Choice(p, []))], []);
        var byId = points.ToDictionary(p => p.Id);
        var verdicts = retention.Keep(points.Select(p => new RetentionPoint(p.Id, p.Created, p.Rank)), call.World.Clock.GetUtcNow(), zone);
        var choices = verdicts.Select(v => new Choice(byId[v.Point.Id], v.Reasons)).Reverse().ToLookup(c => c.Reasons.Count > 0);
        return ([.. choices[false]], [.. choices[true]]);
    }

    private static TimeZoneInfo Zone(CommandLine line)
    {
        if (line.Value("time-zone") is not { } name) return TimeZoneInfo.Local;
        return TimeZoneInfo.TryFindSystemTimeZoneById(name, out var zone) ? zone : throw CommandLine.Invalid("time-zone", name, "Europe/Amsterdam, UTC, ...");
    }

    private static void Write(Invocation call, List<Choice> going, List<Choice> staying, List<string> damaged, bool dryRun)
    {
        var texts = call.Texts;
        foreach (var c in staying)
            call.Say(texts.Of("forget.kept", ("point", c.Point.Id.ToString()), ("time", call.Time(c.Point.Created)), ("reasons", string.Join(", ", c.Reasons.Select(r => texts.Of("keep." + r.ToText()))))));
        foreach (var c in going) call.Say(texts.Of(dryRun ? "forget.would-go" : "forget.gone", ("point", c.Point.Id.ToString()), ("time", call.Time(c.Point.Created))));
        foreach (var manifest in damaged) call.Say(texts.Of(dryRun ? "forget.would-go-damaged" : "forget.gone-damaged", ("point", IdOf(manifest))));
        if (!dryRun && going.Count > 0) call.Say(texts.Of("forget.how-back"));
        if (going.Count + damaged.Count == 0) call.Say(texts.Of("forget.nothing"));
    }

    private static RetentionPointJson ToJson(Choice c) => new(
        c.Point.Id.ToString(), c.Point.SeriesLabel, c.Point.Series.ToString(), c.Point.Created.ToUniversalTime(), [.. c.Reasons.Select(r => r.ToText())]);

    private static ForgottenPointJson ToJson(ForgottenPoint f) => new(
        f.Point.Id.ToString(), f.Point.SeriesLabel, f.Point.Series.ToString(), f.Point.Created.ToUniversalTime(), f.Since.ToUniversalTime(), f.Until.ToUniversalTime());

    private sealed record Choice(PointInfo Point, IReadOnlyList<KeepReason> Reasons);
}
