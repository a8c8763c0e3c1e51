using System.Net;
using Stillpoint.Fabric.Snapshots;
using Stillpoint.Fabric.Tests.Goals;
using Stillpoint.Model;
using Xunit;

namespace Stillpoint.Fabric.Tests.Snapshots;

public sealed class SnapshotDeskTests
{
    private readonly SettableClock _clock = new();

    [Fact]
    public void Address_AfterItsTime_IsKnownAndOver()
    {
        var desk = new SnapshotDesk(IPEndPoint.Parse("10.0.0.1:32527"), _clock);
        var uri = new Uri(desk.Open(Samples.Vm, new("t1", 60, ["vda"])).Uri);
        var query = System.Web.HttpUtility.ParseQueryString(uri.Query);
        var ticket = desk.Find(Samples.Vm.ToString(), "t1", query["se"]!, query["sig"]!, out var known)!;
        Assert.Equal(("10.0.0.1:32527", true, false), (uri.Authority, known, desk.IsOver(ticket)));
        _clock.Now += TimeSpan.FromSeconds(59);
        Assert.False(desk.IsOver(ticket));
        _clock.Now += TimeSpan.FromSeconds(1);
        Assert.True(desk.IsOver(ticket));
    }

    [Fact]
    public void Address_OfTheSameTaskAnnouncedAnew_ReplacesTheOlder()
    {
        var desk = new SnapshotDesk(IPEndPoint.Parse("10.0.0.1:32527"), _clock);
        var query = System.Web.HttpUtility.ParseQueryString(new Uri(desk.Open(Samples.Vm, new("t1", 60, ["vda"])).Uri).Query);
        desk.Open(Samples.Vm, new("t1", 90, ["vda"]));
        Assert.Null(desk.Find(Samples.Vm.ToString(), "t1", query["se"]!, query["sig"]!, out var known));
        Assert.True(known);
    }

    [Fact]
    public void Service_WithoutAnAddressForIt_OpensNone()
    {
        var refused = Assert.Throws<FailureException>(() => new SnapshotDesk(null, _clock).Open(Samples.Vm, new("t1", 60, ["vda"])));
        Assert.Equal(FailureCode.RequestInvalid, refused.Failure.Code);
    }

    private sealed class SettableClock : TimeProvider
    {
        public DateTimeOffset Now { get; set; } = Samples.Now;

        public override DateTimeOffset GetUtcNow() => Now;
    }
}
