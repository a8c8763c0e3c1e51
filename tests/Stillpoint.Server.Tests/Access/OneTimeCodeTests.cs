using Stillpoint.Server.Access;
using Xunit;

namespace Stillpoint.Server.Tests.Access;

public sealed class OneTimeCodeTests
{
    /// <summary>RFC 6238, appendix B, SHA-1: the last six of its eight digits. The secret is "12345678901234567890" in base 32.</summary>
    [Theory]
    [InlineData(59, "287082")]
    [InlineData(1111111109, "081804")]
    [InlineData(1111111111, "050471")]
    [InlineData(1234567890, "005924")]
    [InlineData(2000000000, "279037")]
    [InlineData(20000000000, "353130")]
    public void At_TheTimesOfTheRfc_IsItsCode(long seconds, string code) =>
        Assert.Equal(code, OneTimeCode.At("GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ", OneTimeCode.StepOf(DateTimeOffset.FromUnixTimeSeconds(seconds))));

    [Fact]
    public void Find_OfANeighbouringStep_TakesItUnlessItWasTaken()
    {
        var (secret, now) = (OneTimeCode.NewSecret(), DateTimeOffset.FromUnixTimeSeconds(3_000_000));
        var step = OneTimeCode.StepOf(now);
        Assert.Equal(step, OneTimeCode.Find(secret, OneTimeCode.At(secret, step), now, step - 1));
        Assert.Null(OneTimeCode.Find(secret, OneTimeCode.At(secret, step), now, step));
        Assert.Null(OneTimeCode.Find(secret, "", now, 0));
        Assert.Equal(20, OneTimeCode.Read(secret)!.Length);
    }

    [Theory]
    [InlineData("")]
    [InlineData("GEZDGNBVGY3TQOJQ")]
    [InlineData("gezdgnbvgy3tqojqgezdgnbvgy3tqojq")]
    [InlineData("GEZDGNBVGY3TQOJQGEZDGNBVGY3TQO11")]
    public void Read_OfWhatIsNoSecretOfOurs_IsNothing(string secret) => Assert.Null(OneTimeCode.Read(secret));
}
