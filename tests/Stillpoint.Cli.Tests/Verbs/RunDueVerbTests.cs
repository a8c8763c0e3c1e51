using Stillpoint.Cli.Tests.Hosting;
using Stillpoint.Control.Tests.Fakes;
using Stillpoint.Model;
using Xunit;

namespace Stillpoint.Cli.Tests.Verbs;

public sealed class RunDueVerbTests
{
    [Fact]
    public async Task RunDue_WithAVault_KeepsWhatThePolicyKeepsAndLooksAfterTheVaultOnce()
    {
        using var host = await new CliHost().WithVaultAsync();
        for (var seed = 1; seed <= 3; seed++) await KnownPoint.AddAsync(host.Vault, KnownPoint.Disk(seed));
        var other = new VmId(Guid.Parse("00000000-0000-0000-0000-000000000009"));
        await KnownPoint.AddAsync(host.Vault, KnownPoint.Disk(4), other, "nobodys");
        await KnownPoint.AddAsync(host.Vault, KnownPoint.Disk(5), other, "nobodys");
        (await host.RunAsync("policy", "add", "by-hand", "--keep-last", "1")).Must();
        (await host.RunAsync("vm", "protect", FakeHost.VmName, "--policy", "by-hand")).Must();
        var first = (await host.JsonAsync("run-due")).Must().Json;
        Assert.Equal(0, first.GetProperty("runs").GetArrayLength());
        Assert.Equal(["retention completed 2", "gc completed 0", "verify completed"], first.GetProperty("care").EnumerateArray().Select(c =>
            $"{c.GetProperty("kind").GetString()} {c.GetProperty("state").GetString()}{(c.GetProperty("kind").GetString() == "verify" ? "" : $" {c.GetProperty("count").GetInt64()}")}"));
        Assert.Equal(3, (await host.JsonAsync("point", "list")).Must().Json.GetProperty("points").GetArrayLength());
        Assert.Equal(2, (await host.JsonAsync("point", "list", "--vm", "nobodys")).Must().Json.GetProperty("points").GetArrayLength());
        Assert.Contains("Nothing was due.", (await host.RunAsync("run-due")).Must().Out, StringComparison.Ordinal);
        Assert.Equal(["verify", "gc", "retention"], (await host.JsonAsync("job", "list")).Must().Json.GetProperty("jobs").EnumerateArray().Select(j => j.GetProperty("kind").GetString()));
    }

    [Fact]
    public async Task RunDue_InTheWindow_TellsEachBackupAndEndsWithItsFailure()
    {
        using var host = new CliHost { Clock = new ManualClock() };
        (await host.RunAsync("vault", "init", host.Vault)).Must();
        (await host.RunAsync("plan", "settings", "--gc", "none", "--verify", "none", "--per-host", "3")).Must();
        (await host.RunAsync("policy", "add", "nightly", "--schedule", "daily 20:00-21:00 UTC", "--retries", "1")).Must();
        (await host.RunAsync("vm", "protect", FakeHost.VmName, "--policy", "nightly")).Must();
        var planned = (await host.JsonAsync("plan")).Must().Json.GetProperty("starts")[0];
        Assert.Equal(("guest", "scheduled", true), (planned.GetProperty("vm").GetString(), planned.GetProperty("kind").GetString(), planned.GetProperty("fits").GetBoolean()));
        ((ManualClock)host.Clock).Advance(TimeSpan.FromHours(15));
        host.Engine.Capture = (_, _, _) => throw new FailureException(FailureCode.VaultFull, Stage.Store, ("path", "/v"));
        var failed = await host.JsonAsync("run-due");
        Assert.Equal((1, "failed", "vault-full"), (
            failed.ExitCode, failed.Json.GetProperty("runs")[0].GetProperty("state").GetString(), failed.Json.GetProperty("runs")[0].GetProperty("failure").GetProperty("code").GetString()));
        host.Engine.Capture = (order, _, _) => Task.FromResult(FakeEngine.Result(order));
        ((ManualClock)host.Clock).Advance(TimeSpan.FromMinutes(15));
        var done = (await host.RunAsync("run-due")).Must();
        Assert.Contains("guest: backup started (another try)", done.Error, StringComparison.Ordinal);
        Assert.Contains("file-system consistent", done.Out, StringComparison.Ordinal);
        Assert.Equal(3, (await host.JsonAsync("plan", "settings")).Must().Json.GetProperty("perHost").GetInt32());
    }

    [Fact]
    public async Task Plan_MoreThanItsWindowHolds_SaysWhy()
    {
        using var host = new CliHost { Clock = new ManualClock() };
        (await host.RunAsync("policy", "add", "short", "--schedule", "daily 20:00-20:10 UTC")).Must();
        (await host.RunAsync("vm", "protect", FakeHost.VmName, "--policy", "short")).Must();
        var start = (await host.JsonAsync("plan")).Must().Json.GetProperty("starts")[0];
        Assert.Equal((false, "window-too-short"), (start.GetProperty("fits").GetBoolean(), start.GetProperty("why").GetString()));
        Assert.Contains("it takes longer than the window is", (await host.RunAsync("plan")).Must().Out, StringComparison.Ordinal);
        (await host.JsonAsync("plan", "settings", "--per-host", "0")).MustFail(2, "usage-invalid");
        (await host.JsonAsync("plan", "settings", "--verify", "sometimes")).MustFail(2, "usage-invalid");
    }
}
