using Xunit;

namespace Stillpoint.Model.Tests;

public sealed class BandwidthLimitTests
{
    [Theory]
    [InlineData("backup 08:00-18:00 20MB Europe/Amsterdam", 20_000_000)]
    [InlineData("restore 22:00-06:00 64KiB UTC", 65_536)]
    [InlineData("backup 00:00-00:00 12345kB UTC", 12_345_000)]
    public void Text_ReadAndWritten_IsTheSame(string text, long rate)
    {
        var limit = BandwidthLimit.Parse(text, "UTC");
        Assert.Equal((rate, text), (limit.BytesPerSecond, limit.ToString()));
        Assert.Equal(limit, BandwidthLimit.Parse(limit.ToString(), "UTC"));
    }

    [Theory]
    [InlineData("backup 08:00-18:00")]
    [InlineData("both 08:00-18:00 20MB")]
    [InlineData("backup 08:00-18:00 20mb")]
    [InlineData("backup 08:00-18:00 9kB")]
    [InlineData("backup 08:00-18:00 99999999999999999999GB")]
    [InlineData("backup 08:00-25:00 20MB")]
    [InlineData("backup 08:00-18:00 20MB Nowhere/Land")]
    public void Text_ThatIsNotOne_IsRefused(string text) =>
        Assert.Equal(FailureCode.UsageInvalid, Assert.Throws<FailureException>(() => BandwidthLimit.Parse(text, "UTC")).Failure.Code);

    [Theory]
    // Winter: Amsterdam is an hour ahead of UTC.
    [InlineData("2026-11-21T06:59:59Z", null)]
    [InlineData("2026-11-21T07:00:00Z", 20_000_000L)]
    [InlineData("2026-11-21T11:00:00Z", 5_000_000L)]
    [InlineData("2026-11-21T16:59:59Z", 20_000_000L)]
    [InlineData("2026-11-21T17:00:00Z", null)]
    // Summer: two.
    [InlineData("2026-07-01T06:00:00Z", 20_000_000L)]
    // Past midnight.
    [InlineData("2026-11-21T23:30:00Z", 1_000_000L)]
    [InlineData("2026-11-22T00:30:00Z", 1_000_000L)]
    [InlineData("2026-11-22T01:00:00Z", null)]
    public void At_AMoment_IsTheLowestThatHolds(string moment, long? expected)
    {
        BandwidthLimit[] limits =
        [
            BandwidthLimit.Parse("backup 08:00-18:00 20MB Europe/Amsterdam", "UTC"), BandwidthLimit.Parse("backup 11:00-12:00 5MB UTC", "UTC"),
            BandwidthLimit.Parse("backup 23:00-01:00 1MB UTC", "UTC"), BandwidthLimit.Parse("restore 00:00-00:00 3MB UTC", "UTC"),
        ];
        var at = DateTimeOffset.Parse(moment, System.Globalization.CultureInfo.InvariantCulture);
        Assert.Equal(expected, BandwidthLimit.At(limits, TransferDirection.Backup, at));
        Assert.Equal(3_000_000, BandwidthLimit.At(limits, TransferDirection.Restore, at));
    }
}
