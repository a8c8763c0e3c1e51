using Stillpoint.Cli.Tests.Hosting;
using Xunit;

namespace Stillpoint.Cli.Tests.Verbs;

public sealed class NetworkVerbTests : IDisposable
{
    private readonly CliHost _host = new();

    public void Dispose() => _host.Dispose();

    [Fact]
    public async Task Endpoints_ForPeople_AreATableAndNobodyIsAsked()
    {
        var lines = (await _host.RunAsync("network", "endpoints")).Must().Out.Split('\n', StringSplitOptions.RemoveEmptyEntries);
        Assert.Equal(
            [["Address", "TCP"], ["168.63.129.16", "80"], ["168.63.129.16", "32526"], ["168.63.129.16", "32527"], ["169.254.169.254", "80"]],
            lines.Select(l => l.Split(' ', StringSplitOptions.RemoveEmptyEntries)[..2]));
        Assert.Equal(0, _host.Connections);
        Assert.False(Directory.Exists(_host.Data));
    }

    [Theory]
    [InlineData("--json"), InlineData("--format", "json"), InlineData("--format", "json", "--json")]
    public async Task Endpoints_ForPrograms_AreOneDocument(params string[] options)
    {
        var endpoints = (await _host.RunAsync(["network", "endpoints", "--snapshot", "10.1.2.3:4000", .. options])).Must().Json.GetProperty("endpoints").EnumerateArray();
        Assert.Equal(
            ["168.63.129.16 80 tcp wire-server", "168.63.129.16 32526 tcp host-plugin", "10.1.2.3 4000 tcp snapshot", "169.254.169.254 80 tcp metadata"],
            endpoints.Select(e => $"{e.GetProperty("address").GetString()} {e.GetProperty("port").GetInt32()} {e.GetProperty("protocol").GetString()} {e.GetProperty("use").GetString()}"));
    }

    [Theory]
    [InlineData("nft", "add table inet filter"), InlineData("iptables", "*filter"), InlineData("nwfilter", "<filter name='stillpoint-endpoints'"), InlineData("powershell", "New-NetFirewallRule")]
    public async Task Endpoints_ForAFirewall_AreItsRules(string format, string expected) =>
        Assert.Contains(expected, (await _host.RunAsync("network", "endpoints", "--format", format)).Must().Out, StringComparison.Ordinal);

    [Theory]
    [InlineData("usage-invalid", "--format", "smoke"), InlineData("usage-invalid", "--snapshot", "10.1.2.3"), InlineData("usage-invalid", "--snapshot", "[::1]:80")]
    [InlineData("usage-invalid", "--snapshot", "host:80"), InlineData("usage-conflict", "--format", "nft")]
    public async Task Endpoints_AskedWrongly_AreNotPrinted(string code, params string[] options) => (await _host.JsonAsync(["network", "endpoints", .. options])).MustFail(2, code);
}
