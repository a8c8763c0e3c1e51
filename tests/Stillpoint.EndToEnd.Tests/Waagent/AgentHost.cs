using System.Diagnostics;
using System.Globalization;
using Stillpoint.TestKit;
using Xunit;

namespace Stillpoint.EndToEnd.Tests.Waagent;

/// <summary>
/// A guest that runs Debian's own <c>waagent</c>, on a bridge in the network namespace of its libvirtd, with `stillpoint-fabricd` as it runs beside it: Azure's
/// addresses exist there only. The guest is made ready by the page's own commands (docs/azure-agent.md).
/// </summary>
public sealed class AgentHost : IAsyncDisposable
{
    private const string Bridge = "<interface type='bridge'><source bridge='sp0'/><mac address='52:54:00:53:50:01'/><model type='virtio'/></interface>";
    public const string Address = "10.78.0.2";
    private readonly TempFolder _folder = new("/var/tmp");
    private PrivateLibvirt? _libvirt;
    private Process? _fabric;

    public TestGuest Guest { get; private set; } = null!;

    public string Package { get; private set; } = "";

    private string Socket => _folder["fabric.sock"];

    /// <summary>Booted, its agent started; at first use.</summary>
    public async Task StartAsync()
    {
        Needs.VirtualMachine();
        Needs.Programs("ip", "nsenter", "curl");
        Assert.SkipUnless(File.Exists("/dev/net/tun"), "needs /dev/net/tun");
        if (_libvirt is not null) return;
        Package = await ExtensionPackage.BuildAsync();
        _libvirt = await PrivateLibvirt.StartAsync();
        foreach (var command in new[]
        {
            "ip link set lo up", "ip link add sp0 type bridge", "ip address add 10.78.0.1/24 dev sp0", "ip address add 168.63.129.16/32 dev sp0",
            "ip address add 169.254.169.254/32 dev sp0", "ip link set sp0 up",
        }) await InNetworkAsync(command);
        await StartFabricAsync();
        Guest = await TestGuest.DefineAsync(_libvirt, "azure", "waagent,iproute2", Bridge);
        await Guest.StartAsync();
        await PrepareAsync();
    }

    /// <summary>A program with a vault of its own that reaches this guest over waagent.</summary>
    public async Task<StillpointCli> CliAsync()
    {
        var cli = await StillpointCli.WithVaultAsync(Guest.Libvirt);
        var chosen = (await cli.RunAsync("vm", "channel", Guest.Name, "--use", "waagent", "--guest-address", Address, "--fabric", Socket, "--extension", Package)).Must();
        Assert.Equal("waagent", chosen["channel"].GetString());
        return cli;
    }

    /// <summary>In the network of bridge and fabric.</summary>
    public async Task InNetworkAsync(string command) =>
        (await Tool.RunAsync("nsenter", ["--target", await PidAsync(), "--net", "--", .. command.Split(' ')])).Must();

    /// <summary>One command to the fabric's socket.</summary>
    public async Task<string> FabricAsync(string method, string path, string body = "") =>
        (await Tool.RunAsync("curl", "-sS", "--fail-with-body", "--unix-socket", Socket, "-X", method, "-d", body, "http://localhost" + path)).Must().Out;

    /// <summary>After it was off; its address and routes are not kept.</summary>
    public async Task RestartGuestAsync()
    {
        await Guest.StartAsync();
        await PrepareAsync();
    }

    public Task AgentAsync(string verb) => Guest.RunAsync($"systemctl {verb} walinuxagent");

    public async Task StartFabricAsync()
    {
        string[] options = ["--state", _folder["state"], "--socket", Socket, "--listen", "168.63.129.16", "--listen", "169.254.169.254", "--snapshot", "168.63.129.16:32527"];
        var program = Repository.PathOf("artifacts", "bin", "Stillpoint.Fabric", Path.GetFileName(Path.TrimEndingDirectorySeparator(AppContext.BaseDirectory)), "stillpoint-fabricd");
        _fabric = Tool.Start(new("nsenter", ["--target", await PidAsync(), "--net", "--", program, .. options]));
        Assert.StartsWith("stillpoint-fabricd ", await _fabric.StandardOutput.ReadLineAsync(), StringComparison.Ordinal);
    }

    public async ValueTask DisposeAsync()
    {
        if (_libvirt is not null) await _libvirt.DisposeAsync();
        if (_fabric is { HasExited: false }) _fabric.Kill();
        _fabric?.Dispose();
        _folder.Dispose();
    }

    /// <summary>An address and a default route, as a network gives them; then what the page tells its reader to do.</summary>
    private async Task PrepareAsync()
    {
        await Guest.RunAsync(string.Create(CultureInfo.InvariantCulture, $"""
            modprobe virtio_net 2> /dev/null
            for i in $(seq 100); do link=$(ls /sys/class/net | grep -v lo); [ -z "$link" ] || break; sleep 0.1; done
            ip link set lo up; ip link set $link up; ip address add {Address}/24 dev $link; ip route add default via 10.78.0.1
            """));
        await Guest.RunAsync(CommandsOfThePage());
    }

    /// <summary>The first block after the heading.</summary>
    private static string CommandsOfThePage()
    {
        var page = File.ReadAllText(Repository.PathOf("docs", "azure-agent.md"));
        var begin = page.IndexOf("```sh\n", page.IndexOf("## In the guest", StringComparison.Ordinal), StringComparison.Ordinal) + 6;
        return page[begin..page.IndexOf("```", begin, StringComparison.Ordinal)];
    }

    private async Task<string> PidAsync() => (await File.ReadAllTextAsync(Path.Combine(_libvirt!.Folder, "pid"))).Trim();
}

[CollectionDefinition(nameof(AgentHost))]
public sealed class AgentHostCollection : ICollectionFixture<AgentHost>;
