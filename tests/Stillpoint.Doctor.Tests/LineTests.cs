using Xunit;

namespace Stillpoint.Doctor.Tests;

/// <summary>Each way of saying it, by itself, without the logs around it.</summary>
public sealed class LineTests
{
    public static TheoryData<string> Ids => [.. LineCase.Causes];

    [Theory, MemberData(nameof(Ids))]
    public void Lines_EachAlone_NameTheCauseOrDoNot(string id) =>
        Assert.Empty(LineCase.Of(id).Select(line => line.Wrong(Diagnostician.Default.Diagnose(line.Facts))).OfType<string>());
}
