using System.Net;
using System.Net.Sockets;
using System.Text;
using System.Xml.Linq;
using Stillpoint.Fabric.Hosting;
using Stillpoint.Fabric.Tests.Agent;
using Stillpoint.Fabric.Tests.Goals;
using Xunit;

namespace Stillpoint.Fabric.Tests.Hosting;

/// <summary>What guests get, over HTTP: known ones, strangers, and those that ask for what is not theirs.</summary>
public sealed class GuestSideTests(GuestSideTests.Suite suite) : IClassFixture<GuestSideTests.Suite>
{
    private const string Status = """{"version":"1.1","aggregateStatus":{"guestAgentStatus":{"version":"9.9","status":"Ready"}}}""";
    private readonly FabricUnderTest _service = suite.Service;

    /// <summary>Method, port, path, header, body, status.</summary>
    public static TheoryData<string, bool, string, string?, string?, int> Asked => new()
    {
        { "GET", true, "/?comp=versions", null, null, 200 },
        { "GET", true, "/machine/?comp=goalstate", null, null, 200 },
        { "GET", true, "/machine?comp=goalstate", null, null, 200 },
        { "GET", true, "/machine/config?comp=config&type=hostingEnvironmentConfig", null, null, 200 },
        { "GET", true, "/machine/config?comp=config&type=sharedConfig", null, null, 200 },
        { "GET", true, "/machine/config?comp=config&type=extensionsConfig", null, null, 200 },
        { "GET", true, "/machine/config?comp=config&type=remoteAccess", null, null, 404 },
        { "GET", true, "/machine/config?comp=certificates", null, null, 400 },
        { "GET", true, "/machine/config?comp=certificates", "x-ms-guest-agent-public-x509-cert: AAAA", null, 400 },
        { "GET", true, "/metadata/instance/compute?api-version=2018-02-01", null, null, 200 },
        { "GET", true, "/metadata/instance?api-version=2018-02-01", null, null, 200 },
        { "GET", true, "/metadata/identity/oauth2/token", null, null, 404 },
        { "GET", true, "/extensions/Stillpoint.Probe/manifest.xml", null, null, 200 },
        { "GET", true, "/extensions/Stillpoint.Probe/1.0.0.zip", null, null, 200 },
        { "GET", true, "/extensions/Stillpoint.Probe/2.0.0.zip", null, null, 404 },
        { "GET", true, "/extensions/Stillpoint.Probe/../../vms/x.json", null, null, 404 },
        { "GET", true, "/vms/0f1e2d3c-4b5a-6978-8796-a5b4c3d2e1f0", null, null, 404 },
        { "PUT", true, "/packages/Stillpoint.Probe/3.0.0", null, "x", 404 },
        { "POST", true, "/machine?comp=health", null, "<Health><State>Ready</State></Health>", 200 },
        { "POST", true, "/machine?comp=telemetrydata", null, "<TelemetryData version=\"1.0\"/>", 200 },
        { "POST", true, "/machine?comp=telemetrydata", null, "no", 400 },
        { "POST", true, "/machine?comp=roleProperties", null, "<RoleProperties/>", 202 },
        { "POST", true, "/HealthService", null, "{\"Observations\":[]}", 200 },
        { "POST", true, "/HealthService", null, "no", 400 },
        { "PUT", true, "/status/vm.status", "x-ms-blob-type: BlockBlob", Status, 201 },
        { "PUT", true, "/status/vm.status", "x-ms-blob-type: BlockBlob", "no", 400 },
        { "GET", false, "/versions", null, null, 200 },
        { "GET", false, "/health", null, null, 200 },
        { "GET", false, "/vmSettings", null, null, 404 },
        { "PUT", false, "/status", null, "{\"content\":\"eyJhZ2dyZWdhdGVTdGF0dXMiOnt9fQ==\"}", 200 },
        { "PUT", false, "/status", null, "{\"content\":\"%\"}", 400 },
        { "PUT", false, "/status", null, "{\"content\":\"e30=\"}", 400 },
        { "PUT", false, "/vmAgentLog", null, "PK", 404 },
        { "GET", false, "/machine/?comp=goalstate", null, null, 404 },
        { "GET", false, "/extensionArtifact", null, null, 404 },
        { "GET", false, "/extensionArtifact", "x-ms-artifact-location: http://{self}/extensions/Stillpoint.Probe/1.0.0.zip", null, 200 },
        { "GET", false, "/extensionArtifact", "x-ms-artifact-location: http://10.11.12.13/extensions/Stillpoint.Probe/1.0.0.zip", null, 404 },
        { "GET", false, "/extensionArtifact", "x-ms-artifact-location: file:///etc/passwd", null, 404 },
    };

    [Theory]
    [MemberData(nameof(Asked))]
    public async Task Request_OfAKnownVm_IsAnsweredAndOfAStrangerNever(string method, bool wire, string path, string? header, string? body, int status)
    {
        using var known = _service.Guest(100);
        using var answer = await known.SendAsync(Message(method, wire, path, header, body));
        Assert.Equal(status, (int)answer.StatusCode);
        if (status != 200) Assert.Empty(await answer.Content.ReadAsByteArrayAsync());

        var before = await StrangerAsync();
        using var stranger = _service.Guest(101);
        using var nothing = await stranger.SendAsync(Message(method, wire, path, header, body));
        Assert.Equal(HttpStatusCode.NotFound, nothing.StatusCode);
        Assert.Empty(await nothing.Content.ReadAsByteArrayAsync());
        Assert.Equal(before + 1, await StrangerAsync());
    }

    [Fact]
    public async Task TwoVms_AskingTheSame_GetEachItsOwn()
    {
        await _service.Client.PutGoalAsync(Samples.Other, Request(_service, 102), CancellationToken.None);
        using var one = _service.Guest(100);
        using var other = _service.Guest(102);
        Assert.Equal([Samples.Vm.ToString(), Samples.Other.ToString()], [await ContainerAsync(one), await ContainerAsync(other)]);
        Assert.NotEqual(await ConfigAsync(one), await ConfigAsync(other));
    }

    [Fact]
    public async Task Documents_OfTheGoalState_AreWhereItSaysTheyAre()
    {
        using var guest = _service.Guest(100);
        var goal = XElement.Parse(await guest.GetStringAsync(_service.Wire + "/machine/?comp=goalstate"));
        foreach (var name in new[] { "HostingEnvironmentConfig", "SharedConfig", "ExtensionsConfig" })
            Assert.Equal(HttpStatusCode.OK, (await guest.GetAsync(goal.Descendants(name).Single().Value)).StatusCode);
        var config = XElement.Parse(await guest.GetStringAsync(goal.Descendants("ExtensionsConfig").Single().Value));
        var manifest = XElement.Parse(await guest.GetStringAsync(config.Descendants("Plugin").First().Attribute("location")!.Value));
        Assert.Equal(TestHandler.Package().ToArray().Length, (await guest.GetByteArrayAsync(manifest.Descendants("Uri").Single().Value)).Length);
        Assert.Equal(HttpStatusCode.Created, (await guest.PutAsync(config.Descendants("StatusUploadBlob").Single().Value, FabricUnderTest.Body(Status))).StatusCode);
    }

    [Fact]
    public async Task Contact_OfAVm_IsWhatItsAgentSaid()
    {
        var vm = new Model.VmId(Guid.NewGuid());
        await _service.Client.PutGoalAsync(vm, Request(_service, 104), CancellationToken.None);
        Assert.Null((await _service.Client.GetVmAsync(vm, CancellationToken.None)).Contact);
        using var guest = _service.Guest(104);
        await guest.GetAsync(_service.Wire + "/machine/?comp=goalstate");
        await guest.PutAsync(_service.Wire + "/status/vm.status", FabricUnderTest.Body(Status));
        await guest.PostAsync(_service.Wire + "/HealthService", FabricUnderTest.Body("no"));
        await guest.PostAsync(_service.Wire + "/HealthService", FabricUnderTest.Body("""{"Observations":[{"ObservationName":"x","IsHealthy":false,"Description":"d","Value":"v"}]}"""));
        var contact = (await _service.Client.GetVmAsync(vm, CancellationToken.None)).Contact!;
        Assert.Equal((4L, 1L, 1L), (contact.Requests, contact.Reports, contact.Unreadable));
        Assert.Equal("9.9", contact.Status!.Value.AgentVersion);
        Assert.Equal(new Observation("x", false, "d", "v"), Assert.Single(contact.Observations).Value);
        Assert.NotNull(contact.LastPoll);
    }

    [Fact]
    public async Task Body_WithoutEnd_IsRefused()
    {
        using var guest = _service.Guest(100);
        using var message = new HttpRequestMessage(HttpMethod.Put, _service.Plugin + "/status") { Content = new ByteArrayContent(new byte[(4 << 20) + 1]) };
        message.Headers.ExpectContinue = true;
        using var answer = await guest.SendAsync(message);
        Assert.Equal(HttpStatusCode.RequestEntityTooLarge, answer.StatusCode);
    }

    [Fact]
    public async Task Connections_OfOneGuest_TakeNobodyElsesAway()
    {
        var open = new List<Socket>();
        for (var i = 0; i <= CallerLimit.Most; i++) open.Add(await _service.ConnectAsync(100, 18080, CancellationToken.None));
        var answers = open.Select(socket => socket.ReceiveAsync(new byte[1])).ToList();
        var refused = await Task.WhenAny(answers);
        Assert.Equal(0, await refused);
        using var other = _service.Guest(103);
        Assert.Equal(HttpStatusCode.NotFound, (await other.GetAsync(_service.Wire + "/?comp=versions")).StatusCode);
        foreach (var (socket, answer) in open.Zip(answers).Where(pair => pair.Second != refused))
        {
            await socket.SendAsync("GET /?comp=versions HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n"u8.ToArray());
            Assert.Equal(1, await answer);
        }
        open.ForEach(socket => socket.Dispose());
    }

    private HttpRequestMessage Message(string method, bool wire, string path, string? header, string? body)
    {
        var message = new HttpRequestMessage(new HttpMethod(method), (wire ? _service.Wire : _service.Plugin) + path);
        if (header?.Replace("{self}", new Uri(_service.Wire).Authority, StringComparison.Ordinal).Split(": ") is [var name, var value]) message.Headers.Add(name, value);
        if (body is not null) message.Content = new ByteArrayContent(Encoding.UTF8.GetBytes(body));
        return message;
    }

    private async Task<string> ContainerAsync(HttpClient guest) =>
        XElement.Parse(await guest.GetStringAsync(_service.Wire + "/machine/?comp=goalstate")).Descendants("ContainerId").Single().Value;

    private Task<string> ConfigAsync(HttpClient guest) => guest.GetStringAsync(_service.Wire + "/machine/config?comp=config&type=extensionsConfig");

    private async Task<long> StrangerAsync() =>
        (await _service.Client.GetAsync(CancellationToken.None)).Strangers.SingleOrDefault(s => s.Address == _service.Address(101))?.Requests ?? 0;

    private static GoalRequest Request(FabricUnderTest service, int number) =>
        Samples.Request(address: service.Address(number), name: TestHandler.Name, version: "1.0.0");

    /// <summary>One service for all of them; the guest 100 is known.</summary>
    public sealed class Suite : IAsyncLifetime
    {
        internal FabricUnderTest Service { get; private set; } = null!;

        public async ValueTask InitializeAsync()
        {
            Service = await FabricUnderTest.StartAsync();
            await Service.Client.PutGoalAsync(Samples.Vm, Request(Service, 100), CancellationToken.None);
        }

        public ValueTask DisposeAsync() => Service.DisposeAsync();
    }
}
