using Stillpoint.Cli.Tests.Hosting;
using Stillpoint.Control.Tests.Fakes;
using Xunit;

namespace Stillpoint.Cli.Tests.Verbs;

public sealed class PolicyVerbTests
{
    private static readonly string[] Nightly = ["policy", "add", "nightly", "--schedule", "daily 20:00-06:00 Europe/Amsterdam", "--keep-daily", "7", "--keep-weekly", "4", "--objective", "26"];

    [Fact]
    public async Task Policy_AddedShownAsAFileAndChanged_IsTheSamePolicy()
    {
        using var host = new CliHost();
        (await host.RunAsync(Nightly)).Must();
        var shown = (await host.RunAsync("policy", "show", "nightly")).Must().Out;
        File.WriteAllText(host.Folder["p.json"], shown);
        (await host.RunAsync("policy", "add", "copy", "--file", host.Folder["p.json"], "--keep-yearly", "2")).Must();
        var copy = (await host.JsonAsync("policy", "show", "copy")).Must().Json.GetProperty("policy");
        Assert.Equal(("copy", 7, 2, "1.02:00:00"), (
            copy.GetProperty("name").GetString(), copy.GetProperty("retention").GetProperty("daily").GetInt32(),
            copy.GetProperty("retention").GetProperty("yearly").GetInt32(), copy.GetProperty("objective").GetString()));
        var changed = (await host.JsonAsync("policy", "change", "nightly", "--objective", "none", "--keep-daily", "0", "--step-down", "no")).Must().Json;
        Assert.Equal(2, changed.GetProperty("version").GetInt64());
        Assert.Equal(System.Text.Json.JsonValueKind.Null, changed.GetProperty("policy").GetProperty("objective").ValueKind);
        Assert.Equal((0, 4), (changed.GetProperty("policy").GetProperty("retention").GetProperty("daily").GetInt32(), changed.GetProperty("policy").GetProperty("retention").GetProperty("weekly").GetInt32()));
        Assert.False(changed.GetProperty("policy").GetProperty("capture").GetProperty("stepDown").GetBoolean());
        (await host.JsonAsync("policy", "change", "nightly", "--retries", "3", "--if-version", "1")).MustFail(1, "policy-changed");
    }

    [Fact]
    public async Task Policy_MistakesInIt_AreNamed()
    {
        using var host = new CliHost();
        (await host.JsonAsync("policy", "add", "p", "--schedule", "daily 25:00-06:00")).MustFail(2, "usage-invalid");
        (await host.JsonAsync("policy", "add", "p", "--retries", "11")).MustFail(2, "usage-invalid");
        (await host.JsonAsync("policy", "add", "p", "--file", host.Folder["nothing"])).MustFail(2, "policy-unreadable");
        (await host.JsonAsync("policy", "show", "p")).MustFail(3, "policy-not-found");
        (await host.RunAsync(Nightly)).Must();
        (await host.JsonAsync(Nightly)).MustFail(1, "policy-exists");
    }

    [Fact]
    public async Task Preview_OfADailyPolicy_ShowsTheNextWindowsAndWhatStays()
    {
        using var host = new CliHost { Clock = new ManualClock() };
        (await host.RunAsync(Nightly)).Must();
        var preview = (await host.JsonAsync("policy", "preview", "nightly")).Must().Json;
        var runs = preview.GetProperty("runs");
        Assert.Equal(50, runs.GetArrayLength());
        Assert.Equal("2026-11-21T19:00:00+00:00", runs[0].GetProperty("opens").GetString());
        Assert.Equal("2026-11-22T05:00:00+00:00", runs[0].GetProperty("closes").GetString());
        // 14 to 20 November, and of the four weeks the two whose newest, 8 and 1 November, is none of those.
        Assert.Equal(9, preview.GetProperty("kept").GetArrayLength());
        Assert.Contains("Of 365 recovery points 9 would be kept:", (await host.RunAsync("policy", "preview", "nightly", "--runs", "7")).Must().Out, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Protection_ByHandAndByRule_ShowsInTheLists()
    {
        using var host = new CliHost();
        (await host.RunAsync(Nightly)).Must();
        (await host.JsonAsync("vm", "protect", FakeHost.VmName)).MustFail(2, "usage-choose-one");
        (await host.JsonAsync("vm", "protect", FakeHost.VmName, "--policy", "nothing")).MustFail(3, "policy-not-found");
        (await host.JsonAsync("rule", "add", "all", "--policy", "nightly", "--match", "*")).Must();
        Assert.Equal(["guest"], (await host.JsonAsync("host", "add", "qemu:///system")).Must().Json.GetProperty("protected").EnumerateArray().Select(p => p.GetString()));
        Assert.Equal("nightly", (await host.JsonAsync("vm", "list")).Must().Json.GetProperty("vms")[0].GetProperty("policy").GetString());
        Assert.Equal(1, (await host.JsonAsync("rule", "list")).Must().Json.GetProperty("rules")[0].GetProperty("vms").GetInt32());
        (await host.JsonAsync("host", "remove", "qemu:///system", "--yes")).MustFail(1, "host-in-use");
        (await host.JsonAsync("policy", "remove", "nightly", "--yes")).MustFail(1, "policy-in-use");
        (await host.JsonAsync("rule", "remove", "all")).MustFail(1, "not-confirmed");
        (await host.RunAsync("rule", "remove", "all", "--yes")).Must();
        (await host.RunAsync("vm", "protect", FakeHost.VmName, "--policy", "nightly")).Must();
        Assert.Equal(["guest"], (await host.JsonAsync("policy", "list")).Must().Json.GetProperty("policies")[0].GetProperty("vms").EnumerateArray().Select(v => v.GetString()));
        (await host.RunAsync("vm", "unprotect", FakeHost.VmName, "--yes")).Must();
        (await host.JsonAsync("vm", "unprotect", FakeHost.VmName, "--yes")).MustFail(3, "vm-not-protected");
        (await host.RunAsync("policy", "remove", "nightly", "--yes")).Must();
        (await host.RunAsync("host", "remove", "qemu:///system", "--yes")).Must();
    }

    [Fact]
    public async Task Power_FromHere_IsLibvirtsAnswer()
    {
        using var host = new CliHost();
        (await host.JsonAsync("vm", "shutdown", FakeHost.VmName)).MustFail(1, "not-confirmed");
        Assert.Equal("running", (await host.JsonAsync("vm", "shutdown", FakeHost.VmName, "--yes")).Must().Json.GetProperty("state").GetString());
        (await host.JsonAsync("vm", "start", FakeHost.VmName)).MustFail(1, "host-refused");
    }
}
