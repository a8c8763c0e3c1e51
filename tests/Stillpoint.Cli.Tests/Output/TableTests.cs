using Stillpoint.Cli.Output;
using Xunit;

namespace Stillpoint.Cli.Tests.Output;

public sealed class TableTests
{
    [Fact]
    public void Table_WithWideCharacters_LinesUp()
    {
        var table = new Table("名称", "State");
        table.Add("a", "x");
        Assert.Equal("名称  State\na     x\n", table.ToString());
    }

    [Theory]
    [InlineData("abcdef", 6, "abcdef")]
    [InlineData("abcdef", 5, "abcd…")]
    [InlineData("保管库", 5, "保管…")]
    [InlineData("保管库", 6, "保管库")]
    public void Fit_TextToColumns_CutsByWidth(string text, int width, string expected) => Assert.Equal(expected, DisplayWidth.Fit(text, width));

    [Fact]
    public void Rate_OfEventsInTheWindow_IsTheirSlope()
    {
        var rate = new TransferRate();
        var start = DateTimeOffset.UnixEpoch;
        rate.Add(start, 0);
        Assert.Equal(0, rate.BytesPerSecond);
        rate.Add(start.AddSeconds(4), 400);
        Assert.Equal(100, rate.BytesPerSecond);
        rate.Add(start.AddSeconds(12), 2000);
        Assert.Equal(200, rate.BytesPerSecond);
    }
}
