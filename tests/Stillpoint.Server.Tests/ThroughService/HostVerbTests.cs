using Stillpoint.Control.Access;
using Stillpoint.Control.Tests.Fakes;
using Stillpoint.Model;
using Stillpoint.Server.Tests.Hosting;
using Xunit;

namespace Stillpoint.Server.Tests.ThroughService;

/// <summary>Hosts, by the real program through the service.</summary>
public sealed class HostVerbTests
{
    private const string Session = "qemu:///session", Socket = "qemu+unix:///system?socket=/run/other/libvirt-sock", Silent = "qemu+unix:///system?socket=/nowhere";
    private static readonly CancellationToken None = CancellationToken.None;

    private static Task<ServiceHost> StartAsync() => ServiceHost.StartBareAsync(h => h.HypervisorOf = uri => uri.Text switch
    {
        Session => FakeHost.Of([FakeVm.Numbered(1, "web1"), FakeVm.Numbered(2, "db1")], Session),
        Socket => FakeHost.Of([], Socket),
        Silent => throw new FailureException(FailureCode.HostUnreachable, Stage.Connect, ("uri", Silent)),
        _ => FakeHost.New(),
    });

    [Fact]
    public async Task Hosts_AreListedAddedAndRemovedAsBesideNoService()
    {
        await using var host = await StartAsync();
        var cli = CliProcess.Of(host);
        Assert.Equal(["qemu:///system False"], await ListAsync(cli));
        (await cli.JsonAsync("policy", "add", "nightly")).Must();
        (await cli.JsonAsync("rule", "add", "webs", "--policy", "nightly", "--match", "web*")).Must();

        var added = (await cli.JsonAsync("host", "add", Session)).Must().Json;
        Assert.Equal((Session, 2, "web1"), (added.GetProperty("uri").GetString(), added.GetProperty("vms").GetInt32(), added.GetProperty("protected")[0].GetString()));
        (await cli.JsonAsync("host", "add", Socket)).Must();
        Assert.Equal(["qemu+unix:///system?socket=/run/other/libvirt-sock True", "qemu:///session True", "qemu:///system False"], (await ListAsync(cli)).Order(StringComparer.Ordinal));
        Assert.Contains("qemu:///session", (await cli.RunAsync("host", "list")).Must().Out, StringComparison.Ordinal);

        (await cli.JsonAsync("host", "add", Silent)).MustFail(9, "host-unreachable");
        (await cli.JsonAsync("host", "add", "qemu+ssh://elsewhere/system")).MustFail(9, "host-remote-needs-worker");
        (await cli.JsonAsync("host", "add", "xen:///")).MustFail(2, "usage-invalid");
        (await cli.JsonAsync("host", "remove", Session)).MustFail(1, "not-confirmed");
        (await cli.JsonAsync("host", "remove", Session, "--yes")).MustFail(1, "host-in-use");
        (await cli.JsonAsync("rule", "remove", "webs", "--yes")).Must();
        (await cli.JsonAsync("host", "remove", Session, "--yes")).Must();
        (await cli.JsonAsync("host", "remove", Session, "--yes")).MustFail(3, "host-not-known");
        Assert.Equal(2, (await ListAsync(cli)).Count);
        Assert.Contains(
            (await host.Client().Access.AuditAsync(None, who: "local")).Items, a => a is { Action: "addHost", Via: "socket", Outcome: 201 } && a.Target.Contains(Session, StringComparison.Ordinal));
    }

    [Fact]
    public async Task Hosts_OverTheNetwork_AreForWhoSeesTheirVmsAndNeverASocketOfSomebodysOwn()
    {
        await using var host = await StartAsync();
        var admin = host.Client();
        var problem = await Answers.FailsAsync("request-invalid", 400, () => admin.Vms.AddHostAsync(new(Socket), None));
        Assert.Equal("uri", problem.Arguments["field"]);
        await CliProcess.Of(host).JsonAsync("policy", "add", "nightly");
        await CliProcess.Of(host).JsonAsync("rule", "add", "webs", "--policy", "nightly", "--match", "web*");
        Assert.Equal(["web1"], (await admin.Vms.AddHostAsync(new(Session), None)).Protected);
        Assert.Equal(["qemu:///system", Session], (await host.Client(Role.Reader, "web*").Vms.HostsAsync(None)).Select(h => h.Uri));
        Assert.Equal(["qemu:///system"], (await host.Client(Role.Reader, "db*").Vms.HostsAsync(None)).Select(h => h.Uri));
        await Answers.FailsAsync("confirmation-needed", 428, () => admin.Vms.RemoveHostAsync(Session, "", None));
        await Answers.FailsAsync("host-in-use", 409, () => admin.Vms.RemoveHostAsync(Session, Session, None));
        await Answers.FailsAsync("not-allowed", 403, () => host.Client(Role.Operator).Vms.AddHostAsync(new(Session), None));
    }

    private static async Task<List<string>> ListAsync(CliProcess cli) =>
        [.. (await cli.JsonAsync("host", "list")).Must().Json.GetProperty("hosts").EnumerateArray().Select(h => $"{h.GetProperty("uri").GetString()} {h.GetProperty("registered").GetBoolean()}")];
}
