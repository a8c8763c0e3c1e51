using Stillpoint.Engine.Points;
using Xunit;

namespace Stillpoint.Engine.Tests.Reconcile;

public sealed class PointMetadataTests
{
    private static readonly PointMetadata Known = new()
    {
        VmId = "6a51c665-0000-4000-8000-000000000001", VmName = "taken", HostName = "h", Taken = new(2026, 11, 21, 3, 0, 0, TimeSpan.FromHours(1)), Consistency = "crash", Disks = [],
        DomainXml = "<domain taken='\"taken\":1'/>", LastFullRead = new Dictionary<string, DateTimeOffset> { ["taken"] = DateTimeOffset.UnixEpoch },
    };

    [Fact]
    public void ReadTaken_OfWhatWasWritten_IsItsTime()
    {
        var bytes = Known.ToBytes();
        Assert.Equal(Known.Taken, PointMetadata.ReadTaken(bytes));
        Assert.Equal(PointMetadata.Read(bytes).Taken, PointMetadata.ReadTaken(bytes));
    }

    [Theory]
    [InlineData("")]
    [InlineData("{")]
    [InlineData("{\"taken\":1}")]
    [InlineData("{\"taken\":\"yesterday\"}")]
    [InlineData("{\"inner\":{\"taken\":\"2026-11-21T03:00:00Z\"}}")]
    [InlineData("[\"taken\"]")]
    public void ReadTaken_OfAnythingElse_IsNull(string text) => Assert.Null(PointMetadata.ReadTaken(System.Text.Encoding.UTF8.GetBytes(text)));
}
