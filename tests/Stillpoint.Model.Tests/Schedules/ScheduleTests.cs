using System.Globalization;
using Xunit;

namespace Stillpoint.Model.Tests.Schedules;

/// <summary>Tables written by hand from the published rules of each zone, in UTC.</summary>
public sealed class ScheduleTests
{
    [Theory]
    // 2026-03-29 02:00 -> 03:00, 2026-10-25 03:00 -> 02:00
    [InlineData("daily 02:30-05:00 Europe/Amsterdam", "2026-03-28", "2026-03-28 01:30-04:00", "2026-03-29 01:00-03:00", "2026-03-30 00:30-03:00")]
    [InlineData("daily 02:15-02:45 Europe/Amsterdam", "2026-03-28", "2026-03-28 01:15-01:45", "2026-03-29 01:00-01:30", "2026-03-30 00:15-00:45")]
    [InlineData("daily 02:30-05:00 Europe/Amsterdam", "2026-10-24", "2026-10-24 00:30-03:00", "2026-10-25 00:30-04:00", "2026-10-26 01:30-04:00")]
    [InlineData("daily 22:00-04:00 Europe/Amsterdam", "2026-10-24", "2026-10-24 20:00-03:00", "2026-10-25 21:00-03:00")]
    // no change of the clock since 2019
    [InlineData("daily 22:00-06:00 America/Sao_Paulo", "2026-10-17", "2026-10-17 01:00-09:00", "2026-10-18 01:00-09:00")]
    // 2018-11-04 00:00 -> 01:00: midnight itself was skipped
    [InlineData("daily 00:00-01:00 America/Sao_Paulo", "2018-11-03", "2018-11-03 03:00-04:00", "2018-11-04 03:00-04:00", "2018-11-05 02:00-03:00")]
    [InlineData("daily 00:30-04:00 Asia/Shanghai", "2026-03-28", "2026-03-28 16:30-20:00", "2026-03-29 16:30-20:00")]
    // half an hour: 2026-04-05 02:00 -> 01:30, 2026-10-04 02:00 -> 02:30
    [InlineData("daily 01:45-03:00 Australia/Lord_Howe", "2026-04-03", "2026-04-03 14:45-16:00", "2026-04-04 14:45-16:30", "2026-04-05 15:15-16:30")]
    [InlineData("daily 02:15-03:00 Australia/Lord_Howe", "2026-10-02", "2026-10-02 15:45-16:30", "2026-10-03 15:30-16:00", "2026-10-04 15:15-16:00")]
    // 2026-03-08 02:00 -> 03:00, 2026-11-01 02:00 -> 01:00
    [InlineData("daily 02:00-03:00 America/New_York", "2026-03-07", "2026-03-07 07:00-08:00", "2026-03-08 07:00-08:00", "2026-03-09 06:00-07:00")]
    [InlineData("daily 01:30-03:00 America/New_York", "2026-11-01", "2026-11-01 05:30-08:00", "2026-11-02 06:30-08:00")]
    [InlineData("weekly sat,sun 23:00-01:00 Europe/Amsterdam", "2026-11-20", "2026-11-21 22:00-00:00", "2026-11-22 22:00-00:00", "2026-11-28 22:00-00:00")]
    [InlineData("monthly 31 04:00-05:00 Asia/Shanghai", "2028-01-29", "2028-01-30 20:00-21:00", "2028-02-28 20:00-21:00", "2028-03-30 20:00-21:00")]
    [InlineData("yearly 02-29 04:00-05:00 UTC", "2026-11-21", "2027-02-28 04:00-05:00", "2028-02-29 04:00-05:00")]
    [InlineData("hourly/6 01:15-02:00 Europe/Amsterdam", "2026-11-21", "2026-11-21 00:15-01:00", "2026-11-21 06:15-07:00", "2026-11-21 12:15-13:00")]
    public void Between_OfAZone_IsItsTable(string schedule, string from, params string[] expected) =>
        Assert.Equal(expected, Some(schedule, from).Take(expected.Length));

    [Fact]
    public void Between_HourlyWhenClocksChange_HasOneForEveryHourThatPasses()
    {
        Assert.Equal(
            ["2026-10-25 00:00-01:00", "2026-10-25 01:00-02:00", "2026-10-25 02:00-03:00"], Some("hourly Europe/Amsterdam", "2026-10-25").Take(3));
        Assert.Equal(
            ["2026-03-29 00:00-01:00", "2026-03-29 01:00-02:00", "2026-03-29 02:00-03:00"], Some("hourly Europe/Amsterdam", "2026-03-29").Take(3));
    }

    [Theory]
    [InlineData("daily 22:00-04:00 Europe/Amsterdam")]
    [InlineData("hourly 00:00-01:00 UTC")]
    [InlineData("hourly/4 01:10-02:00 America/New_York")]
    [InlineData("weekly mon,sun 00:00-00:00 UTC")]
    [InlineData("monthly 31 23:59-00:01 Asia/Shanghai")]
    [InlineData("yearly 02-29 12:00-13:00 Australia/Lord_Howe")]
    public void Parse_WhatWasWritten_GivesTheSame(string text) => Assert.Equal(text, ScheduleText.Parse(text, "UTC").ToString());

    [Theory]
    [InlineData("")]
    [InlineData("sometimes 01:00-02:00")]
    [InlineData("daily")]
    [InlineData("daily 25:00-02:00")]
    [InlineData("daily 01:00-02:00 Europe/Atlantis")]
    [InlineData("daily 01:00-02:00 UTC more")]
    [InlineData("hourly/5")]
    [InlineData("hourly/0")]
    [InlineData("hourly/4 00:00-05:00")]
    [InlineData("weekly someday 01:00-02:00")]
    [InlineData("monthly 32 01:00-02:00")]
    [InlineData("monthly 0 01:00-02:00")]
    [InlineData("yearly 02-30 01:00-02:00")]
    [InlineData("yearly 13-01 01:00-02:00")]
    public void Parse_WhatIsNoSchedule_NamesKeyAndWhatIsAllowed(string text)
    {
        var failure = Assert.Throws<FailureException>(() => ScheduleText.Parse(text, "UTC")).Failure;
        Assert.Equal((FailureCode.UsageInvalid, "schedule"), (failure.Code, failure.Arguments["option"]));
        Assert.NotEmpty(failure.Arguments["expected"]);
    }

    private static IEnumerable<string> Some(string schedule, string from)
    {
        var start = DateTimeOffset.ParseExact(from, "yyyy-MM-dd", CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal);
        return ScheduleText.Parse(schedule, "UTC").Between(start, start.AddDays(800))
            .Select(o => string.Create(CultureInfo.InvariantCulture, $"{o.Opens.UtcDateTime:yyyy-MM-dd HH:mm}-{o.Closes.UtcDateTime:HH:mm}"));
    }
}
