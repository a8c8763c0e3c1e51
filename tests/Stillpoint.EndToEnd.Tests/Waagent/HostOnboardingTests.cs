using System.Text.RegularExpressions;
using Stillpoint.EndToEnd.Tests.Chain;
using Stillpoint.TestKit;
using Xunit;

namespace Stillpoint.EndToEnd.Tests.Waagent;

/// <summary>The host's part, with libvirt's own network and filters, and VMs without a system; in a libvirtd's network namespace.</summary>
[Trait("Needs", Needs.Vm), Trait("Area", "agent")]
public sealed class HostOnboardingTests
{
    [Fact]
    public async Task Host_OfTwoVms_IsMadeReadyOnceAndUndoneWithTheLast()
    {
        Needs.VirtualMachine();
        Needs.Programs("ip", "nsenter", "dnsmasq", "iptables");
        await using var libvirt = await PrivateLibvirt.StartAsync();
        using var cli = new StillpointCli(libvirt);
        var package = cli.Folder["Stillpoint.VMSnapshot-0.1.0.zip"];
        await File.WriteAllTextAsync(package, "");
        (await libvirt.VirshAsync("nwfilter-define", await FileAsync(cli, "endpoints.xml", await EndpointToolTests.PrintedAsync("nwfilter")))).Must();
        (await libvirt.VirshAsync("net-define", await FileAsync(cli, "network.xml", """
            <network><name>lab</name><bridge name='splab'/><ip address='10.79.0.1' netmask='255.255.255.0'><dhcp><range start='10.79.0.2' end='10.79.0.9'/></dhcp></ip></network>
            """))).Must();
        (await libvirt.VirshAsync("net-start", "lab")).Must();
        var before = (await libvirt.VirshAsync("net-dumpxml", "lab", "--inactive")).Must().Out;
        await using var first = await DefineAsync(libvirt, "first", 1);
        await using var second = await DefineAsync(libvirt, "second", 2);

        // The network's definition, the addresses as it runs, the channel; each once.
        Assert.Equal(["bridge-address", "network", "channel"], await KindsAsync("first", "--dhcp-option", "--extension", package));
        Assert.Equal(["channel"], await KindsAsync("second", "--dhcp-option", "--extension", package));
        Assert.Equal(["168.63.129.16", "169.254.169.254"], await AddressesAsync());
        Assert.Empty(await KindsAsync("first", "--dhcp-option"));

        // What the definition says holds after a restart too, and dnsmasq is told.
        (await libvirt.VirshAsync("net-destroy", "lab")).Must();
        (await libvirt.VirshAsync("net-start", "lab")).Must();
        Assert.Equal(["168.63.129.16", "169.254.169.254"], await AddressesAsync());
        Assert.Contains("dhcp-option-force=245,a8:3f:81:10", await File.ReadAllTextAsync(Path.Combine(libvirt.Folder, "lib", "dnsmasq", "lab.conf")), StringComparison.Ordinal);

        Assert.Equal(["channel undone", "network handed-on", "bridge-address handed-on"], await UndoAsync("first"));
        Assert.Equal(["168.63.129.16", "169.254.169.254"], await AddressesAsync());
        Assert.Equal(["channel undone", "network undone", "bridge-address undone"], await UndoAsync("second"));
        Assert.Empty(await AddressesAsync());
        Assert.Equal(before, (await libvirt.VirshAsync("net-dumpxml", "lab", "--inactive")).Must().Out);
        Assert.Empty(Directory.GetFiles(Path.Combine(cli.Data, "onboarding"), "*.json"));

        async Task<CliResult> OnboardAsync(string vm, params string[] options)
        {
            var call = cli.Call(["vm", "onboard", vm, .. options]);
            var pid = (await File.ReadAllTextAsync(Path.Combine(libvirt.Folder, "pid"))).Trim();
            return (await cli.RunAsync(call with { File = "nsenter", Arguments = ["--target", pid, "--net", "--", call.File, .. call.Arguments] })).Must();
        }

        async Task<string[]> KindsAsync(string vm, params string[] options) =>
            [.. (await OnboardAsync(vm, ["--host-only", .. options]))["changes"].EnumerateArray().Select(c => c.GetProperty("kind").GetString()!)];

        async Task<string[]> UndoAsync(string vm) =>
            [.. (await OnboardAsync(vm, "--undo"))["changes"].EnumerateArray().Select(c => $"{c.GetProperty("kind").GetString()} {c.GetProperty("state").GetString()}")];

        async Task<string[]> AddressesAsync()
        {
            var pid = (await File.ReadAllTextAsync(Path.Combine(libvirt.Folder, "pid"))).Trim();
            var shown = (await Tool.RunAsync("nsenter", "--target", pid, "--net", "--", "ip", "-o", "-4", "address", "show", "dev", "splab")).Must().Out;
            return [.. Regex.Matches(shown, @"inet (168\.63\.[\d.]+|169\.254\.[\d.]+)").Select(m => m.Groups[1].Value).Order(StringComparer.Ordinal)];
        }
    }

    private static async Task<string> FileAsync(StillpointCli cli, string name, string content)
    {
        await File.WriteAllTextAsync(cli.Folder[name], content);
        return cli.Folder[name];
    }

    /// <summary>Off, with an interface of the network whose filter says its address.</summary>
    private static async Task<BareVm> DefineAsync(PrivateLibvirt libvirt, string name, int number)
    {
        var vm = await BareVm.DefineAsync(libvirt, name);
        var device = vm.Folder["interface.xml"];
        await File.WriteAllTextAsync(device, $"""
            <interface type='network'><mac address='52:54:00:53:79:0{number}'/><source network='lab'/><filterref filter='clean-traffic'><parameter name='IP' value='10.79.0.{number + 1}'/></filterref></interface>
            """);
        (await libvirt.VirshAsync("attach-device", name, device, "--config")).Must();
        return vm;
    }
}
