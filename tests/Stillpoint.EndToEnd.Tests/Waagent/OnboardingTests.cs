using Stillpoint.TestKit;
using Xunit;

namespace Stillpoint.EndToEnd.Tests.Waagent;

/// <summary>Onboarding by the verb, with a real guest and libvirt's own network filters.</summary>
[Collection(nameof(AgentHost)), Trait("Needs", Needs.Vm), Trait("Area", "agent")]
public sealed class OnboardingTests(AgentHost host)
{
    private const string Stolen = "10.78.0.3", OtherVm = "00000000-0000-4000-8000-000000000003";

    [Fact]
    public async Task Onboarding_OfAGuest_HoldsItToItsAddressAndIsUndoneByteForByte()
    {
        Needs.Programs("ebtables", "iptables");
        await host.StartAsync();
        Assert.Empty((await host.OnboardAsync())["changes"].EnumerateArray());
        await host.Guest.RunAsync("for i in $(seq 100); do systemctl is-active walinuxagent && break; sleep 0.2; done; ip route get 168.63.129.16 | grep -q 'dev'");

        // Nothing holds it: the address of another VM gives it what only that VM is to be told, as the warning says.
        var open = await host.OnboardAsync("--dry-run");
        Assert.Equal(["guest-address-not-held"], open["warnings"].EnumerateArray().Select(w => w.GetProperty("code").GetString()));
        var version = Path.GetFileNameWithoutExtension(host.Package)["Stillpoint.VMSnapshot-".Length..];
        await host.FabricAsync("PUT", $"/packages/Stillpoint.VMSnapshot/{version}", "@" + host.Package);
        await host.FabricAsync("PUT", $"/vms/{OtherVm}", $$"""{"name":"other","addresses":["{{Stolen}}"],"extension":{"name":"Stillpoint.VMSnapshot","version":"{{version}}","state":"Enabled"} }""");
        await host.Guest.RunAsync($"ip address add {Stolen}/24 dev $(ls /sys/class/net | grep -v lo)");
        Assert.Contains(OtherVm, await AskAsync(Stolen), StringComparison.Ordinal);

        // Now the host knows the VM by both: a person says which is its own.
        (await host.TryOnboardAsync("--filter")).MustFail(2, "guest-address-ambiguous");
        var filtered = (await host.OnboardAsync("--filter", "--guest-address", AgentHost.Address))["changes"].EnumerateArray();
        Assert.Equal(["filter made", "channel made"], filtered.Select(c => $"{c.GetProperty("kind").GetString()} {c.GetProperty("state").GetString()}"));
        Assert.Equal("nothing", await AskAsync(Stolen));
        Assert.NotEqual("nothing", await AskAsync(AgentHost.Address));
        Assert.Empty((await host.OnboardAsync("--dry-run"))["warnings"].EnumerateArray());

        await host.Guest.RunAsync($"ip address del {Stolen}/24 dev $(ls /sys/class/net | grep -v lo)");
        await host.FabricAsync("DELETE", $"/vms/{OtherVm}");
        var undone = (await host.OnboardAsync("--undo"))["changes"].EnumerateArray().ToArray();
        Assert.Equal(
            ["channel undone", "guest-file undone", "guest-file undone", "guest-file undone", "guest-agent undone", "filter undone", "bridge-address undone"],
            undone.Select(c => $"{c.GetProperty("kind").GetString()} {c.GetProperty("state").GetString()}"));
        Assert.Equal(host.FilesBefore, await host.FilesAsync());
        Assert.Equal("inactive", (await host.Guest.RunAsync("systemctl is-active walinuxagent || true")).Trim());
        Assert.DoesNotContain("168.63.129.16", await host.Guest.RunAsync("ip route"), StringComparison.Ordinal);
        Assert.DoesNotContain("168.63.129.16", await host.InNetworkAsync("ip address show dev sp0"), StringComparison.Ordinal);
        Assert.DoesNotContain("filterref", (await host.Guest.Libvirt.VirshAsync("dumpxml", host.Guest.Name)).Must().Out, StringComparison.Ordinal);
        await host.OnboardAgainAsync();
    }

    /// <summary>What the server says to that source address, or `nothing`.</summary>
    private async Task<string> AskAsync(string address)
    {
        var script = $"""
            import http.client
            try:
                c = http.client.HTTPConnection('168.63.129.16', 80, timeout=4, source_address=('{address}', 0))
                c.request('GET', '/machine/?comp=goalstate', headers=dict([('x-ms-version', '2012-11-30')]))
                print(c.getresponse().read().decode() or 'empty')
            except OSError:
                print('nothing')
            """;
        return (await host.Guest.RunAsync($"python3 - <<'END'\n{script}\nEND")).Trim();
    }
}
