using Stillpoint.Cli.Output;
using Stillpoint.Cli.Service;
using Stillpoint.Cli.Session;
using Stillpoint.Contracts;
using Stillpoint.Control.Protection;
using Stillpoint.Model;

namespace Stillpoint.Cli.Verbs;

/// <summary>What a policy comes to: the windows to come, and the points its retention keeps.</summary>
internal static class PolicyPreviewVerb
{
    public static async Task<int> RunAsync(Invocation call, CancellationToken ct)
    {
        var name = call.Line.Argument!;
        var runs = Math.Min(call.Line.Has("runs") ? call.Line.Count("runs", 1) : PolicyPreview.DefaultRuns, PolicyPreview.MostRuns);
        var vm = call.Line.Value("vm");
        var (policy, preview) = await call.AskAsync(Concern.Vault, async c =>
        {
            var found = c.Policies.Find(name).Policy;
            var of = PolicyPreview.Of(found, runs, vm is null ? null : await OfAsync(call, vm, ct), call.World.Clock.GetUtcNow());
            return (found, ToJson(found.Name, of, vm is not null));
        }, async s => ((await s.Policies.ShowAsync(name, ct)).ToPolicy().Policy, ToJson(await s.Policies.PreviewAsync(name, ct, runs, vm))), ct);
        call.Show(() => preview, JsonDocuments.Shapes.PolicyPreviewJson, () => Write(call, policy, preview));
        return ExitCode.Done;
    }

    private static async Task<IReadOnlyList<RetentionPoint>> OfAsync(Invocation call, string vm, CancellationToken ct)
    {
        var vault = await call.OpenVaultAsync(ct);
        var points = PointChoice.Of(await vault.Vault.ListPointsAsync(null, ct), vm);
        if (points.Select(p => p.Series).Distinct().Count() > 1) throw new FailureException(FailureCode.VmNameAmbiguous, Stage.Input, ("vm", vm));
        return points.Count > 0
            ? [.. points.Select(p => new RetentionPoint(p.Id, p.Created, p.Rank))]
            : throw new FailureException(FailureCode.PointNotFound, Stage.Input, ("point", vm));
    }

    private static PolicyPreviewJson ToJson(string name, PolicyPreview preview, bool real) => new(
        name, [.. preview.Runs.Select(r => new WindowJson(r.Opens.ToUniversalTime(), r.Closes.ToUniversalTime()))], preview.Points,
        [.. preview.Kept.Select(k => new KeptJson(real ? k.Point.Id.ToString() : null, k.Point.Taken.ToUniversalTime(), [.. k.Reasons.Select(r => r.ToText())]))]);

    private static PolicyPreviewJson ToJson(PolicyPreviewView view) => new(
        view.Name, [.. view.Runs.Select(r => new WindowJson(r.Opens, r.Closes))], view.Points, [.. view.Kept.Select(k => new KeptJson(k.Point, k.Taken, k.Reasons))]);

    private static void Write(Invocation call, Policy policy, PolicyPreviewJson preview)
    {
        var texts = call.Texts;
        var zone = TimeZoneInfo.FindSystemTimeZoneById(policy.Zone);
        if (preview.Runs.Count == 0) call.Say(texts.Of("policy.on-demand"));
        else call.Say(texts.Of("policy.next-runs", ("zone", policy.Zone)));
        foreach (var run in preview.Runs) call.Say($"  {texts.Time(run.Opens, zone)} - {texts.Time(run.Closes, zone)}");
        call.Say(policy.Retention.IsEmpty ? texts.Of("policy.keeps-all") : texts.Of("policy.keeps", ("count", $"{preview.Kept.Count}"), ("all", $"{preview.Points}")));
        foreach (var k in preview.Kept) call.Say($"  {texts.Time(k.Taken, zone)}  {string.Join(", ", k.Reasons.Select(r => texts.Of("keep." + r)))}");
    }
}
