using System.Globalization;
using Xunit;

namespace Stillpoint.Model.Tests;

public sealed class RetentionTests
{
    private static readonly TimeZoneInfo Amsterdam = TimeZoneInfo.FindSystemTimeZoneById("Europe/Amsterdam");
    private static readonly DateTimeOffset Now = At("2026-11-21 12:00 +00:00");

    /// <summary>Days of one point each at 01:00 in Amsterdam; what stays was worked out on a calendar.</summary>
    [Theory]
    [InlineData("last 3", "2026-11-19 2026-11-20 2026-11-21")]
    [InlineData("daily 2", "2026-11-20 2026-11-21")]
    [InlineData("weekly 3", "2026-11-08 2026-11-15 2026-11-21")]
    [InlineData("monthly 3", "2026-09-30 2026-10-31 2026-11-21")]
    [InlineData("yearly 2", "2025-12-31 2026-11-21")]
    [InlineData("daily 1 monthly 2", "2026-10-31 2026-11-21")]
    [InlineData("", "2026-11-21")]
    public void Keep_APointEachDay_ByHand(string retention, string kept)
    {
        var points = Enumerable.Range(0, 400).Select(i => Point(i, At("2026-11-21 00:00 +00:00").AddDays(-i)));
        Assert.Equal(kept, string.Join(' ', Parse(retention).Keep(points, Now, Amsterdam).Where(v => v.Kept).Select(v => Day(v.Point)).Reverse()));
    }

    [Fact]
    public void Keep_HourThatComesTwice_IsTwoHours()
    {
        // 25 October 2026: at 03:00 summer time Amsterdam goes back to 02:00.
        RetentionPoint[] points =
        [
            Point(1, At("2026-10-25 00:10 +00:00")), // 02:10 summer time
            Point(2, At("2026-10-25 00:50 +00:00")), // 02:50 summer time
            Point(3, At("2026-10-25 01:10 +00:00")), // 02:10 again
            Point(4, At("2026-10-25 02:10 +00:00")), // 03:10
        ];
        Assert.Equal([4, 3, 2], Kept(new Retention(Hourly: 9).Keep(points, Now, Amsterdam)));
    }

    [Fact]
    public void Keep_DayOfTheZone_NotOfUtc()
    {
        RetentionPoint[] points = [Point(1, At("2026-11-20 22:30 +00:00")), Point(2, At("2026-11-20 23:30 +00:00"))];
        Assert.Equal([2, 1], Kept(new Retention(Daily: 2).Keep(points, Now, Amsterdam)));
        Assert.Equal([2], Kept(new Retention(Daily: 2).Keep(points, Now, TimeZoneInfo.Utc)));
    }

    [Fact]
    public void Keep_GapOfAYear_PeriodsWithoutPointsAreNotCounted()
    {
        RetentionPoint[] points = [Point(1, Now.AddDays(-700)), Point(2, Now.AddDays(-699)), Point(3, Now.AddDays(-1))];
        Assert.Equal([3, 2], Kept(new Retention(Daily: 2).Keep(points, Now, Amsterdam)));
    }

    [Fact]
    public void Keep_NewestIsCrashConsistentAndDamaged_OlderOnesStay()
    {
        RetentionPoint[] points =
        [
            Point(1, Now.AddDays(-4), rank: 2), Point(2, Now.AddDays(-3), rank: 2), Point(3, Now.AddDays(-2), rank: 1), Point(4, Now.AddDays(-1), rank: 2, whole: false),
        ];
        var verdicts = new Retention(Last: 1).Keep(points, Now, Amsterdam);
        Assert.Equal([4, 3, 2], Kept(verdicts));
        Assert.Equal([KeepReason.NewestWhole], verdicts[1].Reasons);
        Assert.Equal([KeepReason.NewestOfHighestRank], verdicts[2].Reasons);
    }

    [Fact]
    public void Keep_Immutable_StaysUntilItsTime()
    {
        RetentionPoint[] points = [Point(1, Now.AddDays(-9)) with { ImmutableUntil = Now.AddTicks(1) }, Point(2, Now.AddDays(-8)) with { ImmutableUntil = Now }, Point(3, Now)];
        Assert.Equal([3, 1], Kept(new Retention(Last: 1).Keep(points, Now, Amsterdam)));
    }

    [Fact]
    public void Keep_PointsFromTheFuture_TakeNobodysPlace()
    {
        RetentionPoint[] points = [Point(1, Now.AddDays(-2)), Point(2, Now.AddDays(-1)), Point(3, Now.AddYears(10))];
        Assert.Equal([3, 2, 1], Kept(new Retention(Last: 2).Keep(points, Now, Amsterdam)));
        Assert.Equal([3, 2], Kept(new Retention(Last: 1).Keep(points, Now, Amsterdam)));
    }

    /// <summary>Whatever the points: order of input is nothing, more is never less, what must stay stays, and what goes does not change what stays.</summary>
    [Fact]
    public void Keep_RandomSeries_HoldsItsPromises()
    {
        for (var seed = 0; seed < 300; seed++)
        {
            var random = new Random(seed);
            var points = Enumerable.Range(0, random.Next(1, 60)).Select(i => Point(
                i, Now.AddMinutes(-random.Next(-2_000, random.Next(1, 2_000_000))), random.Next(3), random.Next(4) > 0)
                with { ImmutableUntil = random.Next(9) == 0 ? Now.AddDays(random.Next(-5, 5)) : null }).ToList();
            var retention = new Retention(random.Next(4), random.Next(4), random.Next(4), random.Next(4), random.Next(4), random.Next(4));
            var verdicts = retention.Keep(points, Now, Amsterdam);
            var kept = Kept(verdicts).ToHashSet();
            Assert.True(points.Count == verdicts.Count, $"seed {seed}: every point has a verdict");
            Assert.True(kept.SetEquals(Kept(retention.Keep(points.OrderBy(_ => random.Next()), Now, Amsterdam))), $"seed {seed}: order of input");
            Assert.True(kept.SetEquals(Kept(retention.Keep(points.Where(p => kept.Contains(Number(p))), Now, Amsterdam))), $"seed {seed}: applied twice");
            Assert.True(kept.IsSubsetOf(Kept((retention with { Daily = retention.Daily + 1 }).Keep(points, Now, Amsterdam))), $"seed {seed}: a day more");
            var newest = points.Where(p => p.Whole).OrderBy(p => p.Taken).ThenBy(p => p.Id).LastOrDefault();
            Assert.True(newest is null || kept.Contains(Number(newest)), $"seed {seed}: newest whole");
            var best = points.Where(p => p.Whole).OrderBy(p => p.Rank).ThenBy(p => p.Taken).ThenBy(p => p.Id).LastOrDefault();
            Assert.True(best is null || kept.Contains(Number(best)), $"seed {seed}: newest of the highest rank");
            Assert.True(points.Where(p => p.ImmutableUntil > Now).All(p => kept.Contains(Number(p))), $"seed {seed}: immutable");
        }
    }

    private static RetentionPoint Point(int number, DateTimeOffset taken, int rank = 1, bool whole = true)
    {
        var id = new byte[16];
        id[15] = (byte)number;
        id[14] = (byte)(number >> 8);
        return new(new(Ulid.FromBytes(id)), taken, rank, whole);
    }

    private static int Number(RetentionPoint point)
    {
        var id = new byte[16];
        point.Id.Value.CopyTo(id);
        return id[14] << 8 | id[15];
    }

    private static List<int> Kept(IEnumerable<RetentionVerdict> verdicts) => [.. verdicts.Where(v => v.Kept).Select(v => Number(v.Point))];

    private static string Day(RetentionPoint point) => TimeZoneInfo.ConvertTime(point.Taken, Amsterdam).ToString("yyyy-MM-dd", CultureInfo.InvariantCulture);

    private static DateTimeOffset At(string text) => DateTimeOffset.ParseExact(text, "yyyy-MM-dd HH:mm zzz", CultureInfo.InvariantCulture);

    private static Retention Parse(string text)
    {
        var words = text.Split(' ', StringSplitOptions.RemoveEmptyEntries);
        int Of(string name) => Array.IndexOf(words, name) is var i and >= 0 ? int.Parse(words[i + 1], CultureInfo.InvariantCulture) : 0;
        return new(Of("last"), Of("hourly"), Of("daily"), Of("weekly"), Of("monthly"), Of("yearly"));
    }
}
