using System.Diagnostics;
using System.Globalization;
using Stillpoint.TestKit;
using Xunit;

namespace Stillpoint.EndToEnd.Tests.Waagent;

/// <summary>
/// A guest that runs Debian's own <c>waagent</c>, on a bridge in the network namespace of its libvirtd, with `stillpoint-fabricd` as it runs beside it: Azure's
/// addresses exist there only. Both are made ready by `vm onboard` (docs/azure-agent.md).
/// </summary>
public sealed class AgentHost : IAsyncDisposable
{
    private const string Bridge = "<interface type='bridge'><source bridge='sp0'/><mac address='52:54:00:53:50:01'/><model type='virtio'/></interface>";
    public const string Address = "10.78.0.2";
    private readonly TempFolder _folder = new("/var/tmp");
    private PrivateLibvirt? _libvirt;
    private Process? _fabric;
    private StillpointCli? _cli;

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
            "ip link set lo up", "ip link add sp0 type bridge", "ip address add 10.78.0.1/24 dev sp0", "ip link set sp0 up",
        }) await InNetworkAsync(command);
        await StartFabricAsync();
        Guest = await TestGuest.DefineAsync(_libvirt, "azure", "waagent,iproute2", Bridge);
        await Guest.StartAsync();
        await ConnectAsync();
        FilesBefore = await FilesAsync();
        _cli = new(_libvirt);
        await OnboardAgainAsync();
        await ListeningAsync();
    }

    /// <summary>After it was undone, or for the first time.</summary>
    public Task OnboardAgainAsync() => OnboardAsync("--extension", Package, "--fabric", Socket);

    /// <summary>Everything in the guest that onboarding could change: names, modes, sums; before it did.</summary>
    public string FilesBefore { get; private set; } = "";

    public Task<string> FilesAsync() => Guest.RunAsync(
        "find /etc /usr/local ! -type d -printf '%p %m %U:%G\n' | sort; find /etc /usr/local -type d | sort; find /etc /usr/local -type f -print0 | sort -z | xargs -0 sha256sum");

    /// <summary>`vm onboard`, by the same administrator each time, in the network of the bridge.</summary>
    public async Task<CliResult> OnboardAsync(params string[] options) => (await TryOnboardAsync(options)).Must();

    public async Task<CliResult> TryOnboardAsync(params string[] options)
    {
        var call = _cli!.Call(["vm", "onboard", Guest.Name, "--channel", "waagent", .. options]);
        return await _cli.RunAsync(call with { File = "nsenter", Arguments = ["--target", await PidAsync(), "--net", "--", call.File, .. call.Arguments] });
    }

    /// <summary>A program with a vault of its own that reaches this guest over waagent.</summary>
    public async Task<StillpointCli> CliAsync()
    {
        var cli = await StillpointCli.WithVaultAsync(Guest.Libvirt);
        var chosen = (await cli.RunAsync("vm", "channel", Guest.Name, "--use", "waagent", "--fabric", Socket, "--extension", Package)).Must();
        Assert.Equal(("waagent", Address), (chosen["channel"].GetString(), Assert.Single(chosen["guestAddresses"].EnumerateArray()).GetString()));
        return cli;
    }

    /// <summary>In the network of bridge and fabric.</summary>
    public async Task<string> InNetworkAsync(string command) =>
        (await Tool.RunAsync("nsenter", ["--target", await PidAsync(), "--net", "--", .. command.Split(' ')])).Must().Out;

    /// <summary>One command to the fabric's socket.</summary>
    public async Task<string> FabricAsync(string method, string path, string body = "") =>
        (await Tool.RunAsync("curl", "-sS", "--fail-with-body", "--unix-socket", Socket, "-X", method, "--data-binary", body, "http://localhost" + path)).Must().Out;

    /// <summary>After it was off; its address and routes are not kept.</summary>
    public async Task RestartGuestAsync()
    {
        await Guest.StartAsync();
        await ConnectAsync();
        await AgentAsync("restart");
    }

    public Task AgentAsync(string verb) => Guest.RunAsync($"systemctl {verb} walinuxagent");

    /// <summary>As its unit does: started again until it has its addresses.</summary>
    private async Task StartFabricAsync()
    {
        string[] options = ["--state", _folder["state"], "--socket", Socket, "--listen", "168.63.129.16", "--listen", "169.254.169.254", "--snapshot", "168.63.129.16:32527"];
        var program = Repository.PathOf("artifacts", "bin", "Stillpoint.Fabric", Path.GetFileName(Path.TrimEndingDirectorySeparator(AppContext.BaseDirectory)), "stillpoint-fabricd");
        _fabric = Tool.Start(new("nsenter", ["--target", await PidAsync(), "--net", "--", "sh", "-c", "until \"$@\" 2> /dev/null; do sleep 0.5; done", "sh", program, .. options]));
    }

    private async Task ListeningAsync()
    {
        // Attempts without the addresses say so before.
        while (await _fabric!.StandardOutput.ReadLineAsync() is { } line)
            if (line.StartsWith("stillpoint-fabricd ", StringComparison.Ordinal)) return;
        Assert.Fail("stillpoint-fabricd ended");
    }

    public async ValueTask DisposeAsync()
    {
        if (_libvirt is not null) await _libvirt.DisposeAsync();
        if (_fabric is { HasExited: false }) _fabric.Kill(entireProcessTree: true);
        _cli?.Dispose();
        _fabric?.Dispose();
        _folder.Dispose();
    }

    /// <summary>An address and a default route, as a network gives them.</summary>
    private Task<string> ConnectAsync() => Guest.RunAsync(string.Create(CultureInfo.InvariantCulture, $"""
        modprobe virtio_net 2> /dev/null
        for i in $(seq 100); do link=$(ls /sys/class/net | grep -v lo); [ -z "$link" ] || break; sleep 0.1; done
        ip link set lo up; ip link set $link up; ip address add {Address}/24 dev $link; ip route add default via 10.78.0.1
        """));

    private async Task<string> PidAsync() => (await File.ReadAllTextAsync(Path.Combine(_libvirt!.Folder, "pid"))).Trim();
}

[CollectionDefinition(nameof(AgentHost))]
public sealed class AgentHostCollection : ICollectionFixture<AgentHost>;
