using System.Text.RegularExpressions;
using Stillpoint.Control.Access;
using Stillpoint.Server.Tests.Hosting;
using Stillpoint.TestKit;
using Xunit;

namespace Stillpoint.Server.Tests.ThroughService;

/// <summary>What the catalog holds, asked for by the real program: the same with a service in the data folder and without one.</summary>
public sealed partial class CatalogVerbTests
{
    private static readonly string[][] Calls =
    [
        ["policy", "add", "nightly", "--schedule", "daily 20:00-06:00 Europe/Amsterdam", "--keep-daily", "7", "--bandwidth", "backup 08:00-18:00 20MB UTC", "--scripts", "fail"],
        ["policy", "add", "nightly"],
        ["policy", "add", "p", "--retries", "11"],
        ["policy", "change", "nightly", "--objective", "26", "--consistency", "crash"],
        ["policy", "change", "nightly", "--retries", "3", "--if-version", "1"],
        ["policy", "show", "nightly"],
        ["policy", "list"],
        ["policy", "preview", "nightly", "--runs", "3"],
        ["policy", "show", "nothing"],
        ["rule", "add", "all", "--policy", "nightly", "--match", "web*"],
        ["rule", "add", "none", "--policy", "nightly"],
        ["rule", "list"],
        ["policy", "remove", "nightly", "--yes"],
        ["rule", "remove", "all", "--yes"],
        ["policy", "remove", "nightly", "--yes"],
        ["vm", "unprotect", "nobody", "--yes"],
        ["plan"],
        ["plan", "settings", "--per-host", "3", "--gc", "none"],
        ["alert", "settings", "--command", "true", "--mail-to", "ops@example.org"],
        ["alert", "settings", "--smtp", "mail"],
        ["alert", "list"],
        ["alert", "clear", "01arz3ndek"],
        ["alert", "test"],
        ["job", "list"],
        ["job", "show", "01arz3ndek"],
    ];

    [Fact]
    public async Task Verbs_OfTheCatalog_PrintTheSameWithAServiceAndWithout()
    {
        await using var host = await ServiceHost.StartBareAsync();
        using var alone = new TempFolder();
        foreach (var call in Calls)
        {
            var (there, here) = (await CliProcess.Of(host).JsonAsync(call), await new CliProcess(alone["data"]).JsonAsync(call));
            Assert.Equal((string.Join(' ', call), here.ExitCode, Bare(here.Out)), (string.Join(' ', call), there.ExitCode, Bare(there.Out)));
        }
        // They did go through it.
        var audit = await host.Client().Access.AuditAsync(CancellationToken.None, who: "local");
        Assert.Contains(audit.Items, a => a is { Action: "putPolicy", Via: "socket", Outcome: 201 });
    }

    [Fact]
    public async Task Words_ForPeople_AreTheSameToo()
    {
        await using var host = await ServiceHost.StartBareAsync();
        using var alone = new TempFolder();
        foreach (var call in Calls.Where(c => c[0] is "policy" or "rule"))
        {
            var (there, here) = (await CliProcess.Of(host).RunAsync(call), await new CliProcess(alone["data"]).RunAsync(call));
            Assert.Equal((string.Join(' ', call), here.Out), (string.Join(' ', call), there.Out));
            var told = here.Error.Contains("No service works in this data folder", StringComparison.Ordinal);
            Assert.Equal(call is ["rule", "add", "all", ..], told);
            if (!told) Assert.Equal(here.Error, there.Error);
        }
    }

    [Fact]
    public async Task Vms_OfTheServicesHost_AreListedProtectedCheckedAndReleased()
    {
        await using var host = await ServiceHost.StartBareAsync();
        var cli = CliProcess.Of(host);
        (await cli.JsonAsync("policy", "add", "hourly", "--schedule", "hourly UTC")).Must();
        (await cli.JsonAsync("vm", "protect", "guest", "--policy", "nothing")).MustFail(3, "policy-not-found");
        (await cli.JsonAsync("vm", "protect", "nobody", "--policy", "hourly")).MustFail(3, "vm-not-found");
        Assert.Equal("hourly", (await cli.JsonAsync("vm", "protect", "guest", "--policy", "hourly")).Must().Json.GetProperty("policy").GetString());
        var vm = (await cli.JsonAsync("vm", "list")).Must().Json.GetProperty("vms")[0];
        Assert.Equal(("guest", "running", "hourly"), (vm.GetProperty("name").GetString(), vm.GetProperty("state").GetString(), vm.GetProperty("policy").GetString()));
        Assert.Contains("\"guest\"", (await cli.JsonAsync("plan", "--hours", "3")).Must().Out, StringComparison.Ordinal);
        Assert.Equal("file-system", (await cli.JsonAsync("vm", "check", "guest")).Must().Json.GetProperty("consistency").GetString());
        (await cli.JsonAsync("vm", "release", "guest")).MustFail(1, "not-confirmed");
        Assert.Equal("stillpoint-0123abcd-x", (await cli.JsonAsync("vm", "release", "guest", "--yes")).Must().Json.GetProperty("checkpoints")[0].GetString());
        (await cli.JsonAsync("vm", "list", "--host", "qemu:///session")).MustFail(2, "service-elsewhere");
        (await cli.JsonAsync("vm", "unprotect", "guest")).MustFail(1, "not-confirmed");
        (await cli.JsonAsync("vm", "unprotect", "guest", "--yes")).Must();
        Assert.Empty(await host.Client(Role.Reader).Plan.ProtectedAsync(CancellationToken.None));
    }

    private static string Bare(string text) => Times().Replace(text, "TIME");

    [GeneratedRegex(@"""(changed|start|opens|closes|windowOpens|windowCloses|taken)"": ""[^""]*""")]
    private static partial Regex Times();
}
