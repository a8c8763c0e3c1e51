using Stillpoint.Cli.Tests.Hosting;
using Stillpoint.Control.Tests.Fakes;
using Stillpoint.TestKit;
using Xunit;

namespace Stillpoint.Cli.Tests.Verbs;

public sealed class VmChannelTests : IDisposable
{
    private readonly TempFolder _folder = new();
    private readonly CliHost _host = new();

    private string Package
    {
        get
        {
            var file = _folder["Stillpoint.VMSnapshot-0.1.0.5.zip"];
            File.WriteAllText(file, "");
            return file;
        }
    }

    public void Dispose()
    {
        _host.Dispose();
        _folder.Dispose();
    }

    [Fact]
    public async Task Channel_NobodyChose_IsQga()
    {
        Assert.Contains("`qga`", (await _host.RunAsync("vm", "channel", FakeHost.VmName)).Must().Out, StringComparison.Ordinal);
        var json = (await _host.JsonAsync("vm", "channel", FakeHost.VmName)).Must().Json;
        Assert.Equal(["vm", "vmId", "channel", "guestAddresses", "fabric", "extension", "found", "warnings"], json.EnumerateObject().Select(p => p.Name));
        Assert.Equal("qga", json.GetProperty("channel").GetString());
    }

    [Fact]
    public async Task Channel_Chosen_StaysUntilItIsChosenOtherwise()
    {
        var package = Package;
        (await _host.RunAsync("vm", "channel", FakeHost.VmName, "--use", "waagent", "--guest-address", "10.0.0.2", "--guest-address", "10.0.0.3", "--extension", package)).Must();
        (await _host.RunAsync("vm", "channel", FakeHost.VmName, "--use", "waagent", "--fabric", "/run/other")).Must();
        var json = (await _host.JsonAsync("vm", "channel", FakeHost.VmName)).Must().Json;
        Assert.Equal("waagent", json.GetProperty("channel").GetString());
        Assert.Equal(["10.0.0.2", "10.0.0.3"], json.GetProperty("guestAddresses").EnumerateArray().Select(a => a.GetString()));
        Assert.Equal(("/run/other", package), (json.GetProperty("fabric").GetString(), json.GetProperty("extension").GetString()));
        Assert.Equal("qga", (await _host.JsonAsync("vm", "channel", FakeHost.VmName, "--use", "qga")).Must().Json.GetProperty("channel").GetString());
        Assert.Equal("qga", (await _host.JsonAsync("vm", "channel", FakeHost.VmName)).Must().Json.GetProperty("channel").GetString());
    }

    [Theory]
    [InlineData("usage-invalid", "--use", "waagent", "--guest-address", "guest", "--extension", "{package}"), InlineData("usage-invalid", "--use", "waagent", "--guest-address", "10.1", "--extension", "{package}")]
    [InlineData("usage-invalid", "--use", "waagent", "--guest-address", "10.0.0.2", "--extension", "/nowhere/a-1.zip")]
    [InlineData("usage-argument-missing", "--use", "waagent", "--guest-address", "10.0.0.2"), InlineData("usage-argument-missing", "--use", "qga", "--fabric", "/x")]
    [InlineData("usage-argument-missing", "--guest-address", "10.0.0.2"), InlineData("usage-invalid", "--use", "smoke")]
    public async Task Channel_AskedWrongly_ChangesNothing(string code, params string[] options)
    {
        var package = Package;
        (await _host.JsonAsync(["vm", "channel", FakeHost.VmName, .. options.Select(o => o.Replace("{package}", package, StringComparison.Ordinal))])).MustFail(2, code);
        Assert.Equal("qga", (await _host.JsonAsync("vm", "channel", FakeHost.VmName)).Must().Json.GetProperty("channel").GetString());
    }
}
