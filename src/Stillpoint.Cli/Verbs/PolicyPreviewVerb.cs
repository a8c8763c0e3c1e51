using Stillpoint.Cli.Output;
using Stillpoint.Cli.Session;
using Stillpoint.Model;
using Stillpoint.Vault;

namespace Stillpoint.Cli.Verbs;

/// <summary>
/// What a policy comes to: the windows to come, and the points its retention keeps: of a VM, those in the vault; without one, those there would be if
/// the schedules had run for as long as retention looks back.
/// </summary>
internal static class PolicyPreviewVerb
{
    private const int DefaultRuns = 50;

    public static async Task<int> RunAsync(Invocation call, CancellationToken ct)
    {
        var policy = call.Control.Policies.Find(call.Line.Argument!).Policy;
        var now = call.World.Clock.GetUtcNow();
        var count = call.Line.Has("runs") ? call.Line.Count("runs", 1) : DefaultRuns;
        // A yearly schedule's fiftieth run is fifty years away; the calendar's end is no trouble at four hundred.
        var runs = policy.Schedules.Count == 0 ? [] : policy.Between(now, now.AddYears(400)).Take(Math.Min(count, 400)).ToList();
        var points = call.Line.Value("vm") is { } vm ? await OfAsync(call, vm, ct) : Imagined(policy, now);
        var verdicts = policy.Retention.IsEmpty ? [] : policy.Retention.Keep(points, now, TimeZoneInfo.FindSystemTimeZoneById(policy.Zone));
        var kept = verdicts.Where(v => v.Kept).ToList();
        call.Show(
            () => new(
                policy.Name, [.. runs.Select(r => new WindowJson(r.Opens.ToUniversalTime(), r.Closes.ToUniversalTime()))],
                points.Count, [.. kept.Select(k => new KeptJson(call.Line.Has("vm") ? k.Point.Id.ToString() : null, k.Point.Taken.ToUniversalTime(), [.. k.Reasons.Select(r => r.ToText())]))]),
            JsonDocuments.Shapes.PolicyPreviewJson,
            () => Write(call, policy, runs, points.Count, kept));
        return ExitCode.Done;
    }

    private static async Task<IReadOnlyList<RetentionPoint>> OfAsync(Invocation call, string vm, CancellationToken ct)
    {
        var vault = await call.OpenVaultAsync(ct);
        var points = PointChoice.Of(await vault.Vault.ListPointsAsync(null, ct), vm);
        return points.Count > 0
            ? [.. points.Select(p => new RetentionPoint(p.Id, p.Created, p.Rank))]
            : throw new FailureException(FailureCode.PointNotFound, Stage.Input, ("point", $"{PointChoice.Latest} --vm {vm}"));
    }

    private static IReadOnlyList<RetentionPoint> Imagined(Policy policy, DateTimeOffset now)
    {
        var keep = policy.Retention;
        // As long ago as the farthest period kept, and a year at least; ten are enough to see the pattern.
        var years = Math.Clamp(Math.Max(Math.Max(keep.Yearly, keep.Monthly / 12), Math.Max(keep.Weekly / 52, keep.Daily / 365)) + 1, 1, 10);
        return [.. policy.Between(now.AddYears(-years), now).Select((o, i) => new RetentionPoint(new(Ulid.FromBytes(BytesOf(i))), o.Opens, (int)policy.Capture.Wanted))];
    }

    private static byte[] BytesOf(int number)
    {
        var bytes = new byte[16];
        System.Buffers.Binary.BinaryPrimitives.WriteInt32BigEndian(bytes.AsSpan(12), number);
        return bytes;
    }

    private static void Write(Invocation call, Policy policy, List<Occurrence> runs, int points, List<RetentionVerdict> kept)
    {
        var texts = call.Texts;
        var zone = TimeZoneInfo.FindSystemTimeZoneById(policy.Zone);
        if (runs.Count == 0) call.Say(texts.Of("policy.on-demand"));
        else call.Say(texts.Of("policy.next-runs", ("zone", policy.Zone)));
        foreach (var run in runs) call.Say($"  {texts.Time(run.Opens, zone)} - {texts.Time(run.Closes, zone)}");
        call.Say(policy.Retention.IsEmpty ? texts.Of("policy.keeps-all") : texts.Of("policy.keeps", ("count", $"{kept.Count}"), ("all", $"{points}")));
        foreach (var k in kept) call.Say($"  {texts.Time(k.Point.Taken, zone)}  {string.Join(", ", k.Reasons.Select(r => texts.Of("keep." + r.ToText())))}");
    }
}
