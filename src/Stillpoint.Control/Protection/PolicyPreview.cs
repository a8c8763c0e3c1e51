using System.Buffers.Binary;
using Stillpoint.Model;

namespace Stillpoint.Control.Protection;

/// <summary>
/// What a policy comes to: the windows to come, and the points its retention keeps. Pure.
/// </summary>
/// <param name="Points">How many there are, or would be.</param>
/// <param name="Kept">Newest first; empty where every point is kept.</param>
public sealed record PolicyPreview(IReadOnlyList<Occurrence> Runs, int Points, IReadOnlyList<RetentionVerdict> Kept)
{
    public const int DefaultRuns = 50, MostRuns = 400;

    /// <summary>A yearly schedule's fiftieth run is fifty years away; the calendar's end is no trouble at four hundred.</summary>
    private const int MostYears = 400;

    /// <param name="runs">At most so many windows; never more than 400.</param>
    /// <param name="points">Those of a VM; null: those there would be if the schedules had run for as long as retention looks back.</param>
    public static PolicyPreview Of(Policy policy, int runs, IReadOnlyList<RetentionPoint>? points, DateTimeOffset now)
    {
        IReadOnlyList<Occurrence> windows = policy.Schedules.Count == 0 ? [] : [.. policy.Between(now, now.AddYears(MostYears)).Take(Math.Min(runs, MostRuns))];
        points ??= Imagined(policy, now);
        var verdicts = policy.Retention.IsEmpty ? [] : policy.Retention.Keep(points, now, TimeZoneInfo.FindSystemTimeZoneById(policy.Zone));
        return new(windows, points.Count, [.. verdicts.Where(v => v.Kept)]);
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
        BinaryPrimitives.WriteInt32BigEndian(bytes.AsSpan(12), number);
        return bytes;
    }
}
