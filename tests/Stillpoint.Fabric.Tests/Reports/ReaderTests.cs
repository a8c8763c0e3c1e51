using System.Text;
using Stillpoint.Fabric.Reports;
using Xunit;

namespace Stillpoint.Fabric.Tests.Reports;

/// <summary>What agents send, as seen from Debian's 2.7.3; and what they must not be able to do with it.</summary>
public sealed class ReaderTests
{
    private const string Status = """
        {"version":"1.1","timestampUTC":"2026-11-21T10:20:30Z","aggregateStatus":{"guestAgentStatus":{"version":"2.7.3.0","status":"Ready","formattedMessage":{"lang":"en-US","message":"Guest Agent is running"}},
        "handlerAggregateStatus":[{"handlerVersion":"1.0.0","handlerName":"Stillpoint.Probe","status":"Ready","code":0,"useExactVersion":true,"formattedMessage":{"lang":"en-US","message":"Plugin enabled"},
        "runtimeSettingsStatus":{"settingsStatus":{"status":{"name":"probe","configurationAppliedTime":"2026-11-21T10:20:29Z","operation":"Enable","status":"error","code":121,"formattedMessage":{"lang":"en","message":"froze not"},"substatus":[{"name":"x","status":"error","code":1}]},"version":1.0,"timestampUTC":"2026-11-21T10:20:29Z"},"sequenceNumber":3}},
        {"handlerVersion":"2.0.0","handlerName":"Other.One","status":"NotReady","code":1009,"futureField":{}}],
        "vmArtifactsAggregateStatus":{"goalStateAggregateStatus":{"formattedMessage":{"lang":"en-US","message":"done"},"timestampUTC":"2026-11-21T10:20:30Z","inSvdSeqNo":"7","status":"Success","code":0}}},
        "guestOSInfo":{"computerName":"web1","osName":"debian","osVersion":"12.5","version":"2.7.3.0"},"supportedFeatures":[{"Key":"MultipleExtensionsPerHandler","Value":"1.0"}]}
        """;

    [Fact]
    public void Status_OfAnAgent_IsRead()
    {
        var status = StatusReader.Read(Bytes(Status))!;
        Assert.Equal(
            ("2.7.3.0", "Ready", "Guest Agent is running", new DateTimeOffset(2026, 11, 21, 10, 20, 30, TimeSpan.Zero), "7", "Success"),
            (status.AgentVersion, status.AgentStatus, status.AgentMessage, status.GuestTime!.Value, status.Incarnation, status.GoalStatus));
        Assert.Equal(new GuestSystem("web1", "debian", "12.5"), status.System);
        Assert.Equal(
            [
                new ReportedHandler("Stillpoint.Probe", "1.0.0", "Ready", 0, "Plugin enabled",
                    new ReportedExtension(3, "Enable", "error", 121, "froze not", """[{"name":"x","status":"error","code":1}]""")),
                new ReportedHandler("Other.One", "2.0.0", "NotReady", 1009, null, null),
            ],
            status.Handlers);
    }

    [Theory]
    [InlineData("")]
    [InlineData("{")]
    [InlineData("[]")]
    [InlineData("{\"aggregateStatus\":7}")]
    [InlineData("\"\\ud800\"")]
    public void Status_ThatIsNone_IsSaidToBeNone(string body) => Assert.Null(StatusReader.Read(Bytes(body)));

    [Theory]
    [InlineData("""{"aggregateStatus":{}}""")]
    [InlineData("""{"aggregateStatus":{"guestAgentStatus":[],"handlerAggregateStatus":{"a":1},"vmArtifactsAggregateStatus":"x"},"guestOSInfo":3,"timestampUTC":"soon"}""")]
    public void Status_OfAnotherShape_IsReadAsFarAsItGoes(string body)
    {
        var status = StatusReader.Read(Bytes(body))!;
        Assert.Equal(new ReportedStatus(null, null, null, null, null, null, null, status.Handlers), status);
        Assert.Empty(status.Handlers);
    }

    [Fact]
    public void Status_WithoutEnd_IsCut()
    {
        var handlers = string.Join(',', Enumerable.Repeat($$"""{"handlerName":"{{new string('n', 9000)}}"}""", 100));
        var status = StatusReader.Read(Bytes($$$"""{"aggregateStatus":{"handlerAggregateStatus":[{{{handlers}}}]}}"""))!;
        Assert.Equal(64, status.Handlers.Count);
        Assert.All(status.Handlers, handler => Assert.Equal(4096, handler.Name!.Length));
    }

    [Fact]
    public void Telemetry_OfAnAgent_IsReadWhereItMatters()
    {
        static string Event(string name, string operation, string success, string message) =>
            $"""<Event id="1"><![CDATA[<Param Name="Name" Value="{name}" T="mt:wstr" /><Param Name="Version" Value="2.7.3.0" T="mt:wstr" /><Param Name="Operation" Value="{operation}" T="mt:wstr" /><Param Name="OperationSuccess" Value="{success}" T="mt:bool" /><Param Name="Message" Value="{message}" T="mt:wstr" /><Param Name="Duration" Value="12" T="mt:uint64" />]]></Event>""";
        var body = $"""
            <?xml version="1.0"?><TelemetryData version="1.0"><Provider id="69B669B9-4AF8-4C50-BDC4-6006FA76E975">{Event("Stillpoint.Probe", "Enable", "False", "&lt;exit 1&gt; &amp; more")}{Event("WALinuxAgent", "HeartBeat", "True", "beat")}{Event("WALinuxAgent", "HttpRequest", "True", "noise")}{Event("WALinuxAgent", "Download", "False", "no way")}<Event id="1"><![CDATA[<Param Name=]]></Event><Event id="2" /></Provider></TelemetryData>
            """;
        Assert.Equal(
            [
                new AgentEvent("Stillpoint.Probe", "Enable", false, "<exit 1> & more", 12),
                new AgentEvent("WALinuxAgent", "HeartBeat", true, "beat", 12),
                new AgentEvent("WALinuxAgent", "Download", false, "no way", 12),
            ],
            TelemetryReader.Read(Bytes(body))!);
    }

    [Fact]
    public void Health_OfAnAgent_IsRead()
    {
        const string body = """
            <?xml version="1.0" encoding="utf-8"?><Health><GoalStateIncarnation>7</GoalStateIncarnation><Container><ContainerId>c</ContainerId><RoleInstanceList><Role><InstanceId>i</InstanceId><Health><State>NotReady</State><Details><SubStatus>Provisioning</SubStatus><Description>Starting</Description></Details></Health></Role></RoleInstanceList></Container></Health>
            """;
        Assert.Equal(new ReportedHealth("NotReady", "Provisioning", "Starting"), HealthReader.Read(Bytes(body)));
    }

    [Fact]
    public void Observations_OfAnAgent_AreRead() => Assert.Equal(
        [new Observation("GuestAgentPluginHeartbeat", true, "", ""), new Observation("InstanceMetadataHeartbeat", false, "no", null)],
        ObservationReader.Read(Bytes("""
            {"Api":"reporttargethealth","Version":"1.0","Source":"WALinuxAgent","Observations":[
              {"ObservationName":"GuestAgentPluginHeartbeat","IsHealthy":true,"Description":"","Value":""},{"IsHealthy":true},7,
              {"ObservationName":"InstanceMetadataHeartbeat","IsHealthy":"yes","Description":"no"}]}
            """))!);

    [Theory]
    [InlineData("<!DOCTYPE a [<!ENTITY x SYSTEM \"file:///etc/passwd\">]><Health><State>&x;</State></Health>")]
    [InlineData("<!DOCTYPE a [<!ENTITY x \"yyyyyyyy\">]><Health><State>&x;&x;</State></Health>")]
    [InlineData("<Health><State>Ready")]
    [InlineData("")]
    public void Xml_ThatIsNoneOrReachesOut_IsRefused(string body)
    {
        Assert.Null(HealthReader.Read(Bytes(body)));
        Assert.Null(TelemetryReader.Read(Bytes(body)));
    }

    [Fact]
    public void Xml_WithoutBottom_IsRefused()
    {
        var deep = Bytes($"<Health><State>{string.Concat(Enumerable.Repeat("<a>", 300_000))}{string.Concat(Enumerable.Repeat("</a>", 300_000))}</State></Health>");
        Assert.Null(HealthReader.Read(deep));
        Assert.Null(TelemetryReader.Read(deep));
    }

    private static byte[] Bytes(string text) => Encoding.UTF8.GetBytes(text);
}
