using System.Text.Json;
using Stillpoint.Cli.Tests.Hosting;
using Stillpoint.Control.Tests.Fakes;
using Stillpoint.Doctor;
using Stillpoint.Engine.Repairs;
using Stillpoint.Model;
using Xunit;

namespace Stillpoint.Cli.Tests.Verbs;

public sealed class DoctorVerbTests
{
    private const string Held = "2026/11/20 02:00:51.220391 [Error] Failed to open file or aquire lock /etc/azure/MicrosoftRecoverySvcsSafeFreezeLock/SafeFreezeLockFile";

    private static string Bundle(CliHost host)
    {
        var folder = Path.Combine(host.Folder["bundle"], "var/log/azure/Microsoft.Azure.RecoveryServices.VMSnapshotLinux");
        Directory.CreateDirectory(folder);
        File.WriteAllText(Path.Combine(folder, "extension.log"), Held + "\n");
        return host.Folder["bundle"];
    }

    [Fact]
    public async Task Doctor_OfABundle_NamesTheCauseWithItsEvidence()
    {
        using var host = new CliHost();
        var json = (await host.JsonAsync("doctor", "--bundle", Bundle(host))).Must().Json;
        var cause = Assert.Single(json.GetProperty("causes").EnumerateArray().ToArray());
        Assert.Equal(("fs-freeze-lock-held", "freeze", "crash", false),
            (cause.GetProperty("id").GetString(), cause.GetProperty("stage").GetString(), cause.GetProperty("worth").GetString(), json.GetProperty("healthy").GetBoolean()));
        var quote = cause.GetProperty("evidence")[0];
        Assert.Equal((Held, 1), (quote.GetProperty("text").GetString(), quote.GetProperty("line").GetInt32()));
        var text = (await host.RunAsync("doctor", "--bundle", Bundle(host))).Must().Out;
        Assert.Contains("fs-freeze-lock-held", text, StringComparison.Ordinal);
        Assert.Contains("extension.log:1: ", text, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("nl", "Oorzaak")]
    [InlineData("zh-Hans", "原因")]
    [InlineData("pt-BR", "Causa")]
    [InlineData("fr", "Cause")]
    public async Task Doctor_InAnotherLanguage_QuotesTheSameEvidence(string language, string word)
    {
        using var host = new CliHost();
        var text = (await host.BareAsync("doctor", "--bundle", Bundle(host), "--data", host.Data, "--lang", language)).Must().Out;
        Assert.StartsWith(word, text, StringComparison.Ordinal);
        Assert.Contains(Held, text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Doctor_OfFactsThatWereSaved_SaysTheSame()
    {
        using var host = new CliHost();
        var saved = host.Folder["facts.json"];
        var first = (await host.JsonAsync("doctor", "--bundle", Bundle(host), "--save-facts", saved)).Must().Out;
        Directory.Delete(host.Folder["bundle"], recursive: true);
        Assert.Equal(first, (await host.JsonAsync("doctor", "--facts", saved)).Must().Out);
    }

    [Theory]
    [InlineData("")]
    [InlineData("--bundle /tmp --facts x")]
    [InlineData("--bundle /tmp --vm guest")]
    [InlineData("--facts x --repair")]
    public async Task Doctor_OfNothingOrOfSeveralThings_IsAUsageError(string words)
    {
        using var host = new CliHost();
        Assert.Equal(2, (await host.JsonAsync(["doctor", .. words.Split(' ', StringSplitOptions.RemoveEmptyEntries)])).ExitCode);
    }

    [Fact]
    public async Task Doctor_OfWhatIsNoBundleAndNoFacts_SaysSo()
    {
        using var host = new CliHost();
        (await host.JsonAsync("doctor", "--bundle", host.Folder["nothing"])).MustFail(1, "bundle-unreadable");
        File.WriteAllText(host.Folder["facts.json"], """{"format":"other","version":1}""");
        (await host.JsonAsync("doctor", "--facts", host.Folder["facts.json"])).MustFail(1, "facts-unreadable");
    }

    [Fact]
    public async Task Doctor_OfAnEmptyFolder_FindsNothing()
    {
        using var host = new CliHost();
        Directory.CreateDirectory(host.Folder["empty"]);
        var json = (await host.JsonAsync("doctor", "--bundle", host.Folder["empty"])).Must().Json;
        Assert.True(json.GetProperty("healthy").GetBoolean());
        Assert.Equal(0, json.GetProperty("causes").GetArrayLength() + json.GetProperty("candidates").GetArrayLength());
    }

    [Fact]
    public async Task Explain_OfAMessageOfOurs_IsKnownInEveryLanguage()
    {
        using var host = new CliHost();
        var json = (await host.JsonAsync("doctor", "explain", "vault-full")).Must().Json;
        Assert.True(json.GetProperty("recognised").GetBoolean());
        Assert.Contains("store-target-full", json.GetProperty("causes").EnumerateArray().Select(c => c.GetProperty("id").GetString()));
        Assert.Equal(3, (await host.RunAsync("doctor", "explain", "the moon is full")).ExitCode);
    }

    [Fact]
    public async Task Causes_WithoutAName_AreAll()
    {
        using var host = new CliHost();
        Assert.Equal(111, (await host.JsonAsync("doctor", "causes")).Must().Json.GetProperty("causes").GetArrayLength());
        (await host.JsonAsync("doctor", "causes", "store-target-ful")).MustFail(3, "cause-unknown");
    }

    [Fact]
    public async Task Causes_ThatNameARepair_NameOneThatCanBeDone()
    {
        using var host = new CliHost();
        var causes = (await host.JsonAsync("doctor", "causes")).Must().Json.GetProperty("causes").EnumerateArray();
        var named = causes.Select(c => c.GetProperty("repair")).Where(r => r.ValueKind == JsonValueKind.String).Select(r => r.GetString()!).Distinct();
        Assert.Subset(AllRepairs.Ids.ToHashSet(), named.ToHashSet());
    }

    [Fact]
    public async Task Doctor_AfterAnInterruptedRepair_SaysWhatBecameOfItBeforeItLooks()
    {
        using var host = new CliHost();
        InterruptedRepair Left(RepairEnd end, Failure? failure = null) => new(
            new() { Repair = "hotplug-channel", Cause = "kvm-agent-channel-missing", VmId = FakeHost.Vm.ToString(), VmName = "guest", Began = FakeEngine.Taken, End = end }, failure);
        host.Engine.Unfinished.AddRange([
            Left(RepairEnd.Undone), Left(RepairEnd.Interrupted), Left(RepairEnd.Helped),
            Left(RepairEnd.Begun, Failure.Of(FailureCode.HostUnreachable, Stage.Connect, ("uri", "qemu:///system")))]);
        var error = (await host.RunAsync("doctor", "--vm", FakeHost.VmName)).Must().Error;
        Assert.Contains("Repair `hotplug-channel` of guest had been interrupted; it is taken back.", error, StringComparison.Ordinal);
        Assert.Contains("interrupted; nothing of it had to be taken back.", error, StringComparison.Ordinal);
        Assert.Contains("has worked since; it stays.", error, StringComparison.Ordinal);
        Assert.Contains("could not be taken back yet:", error, StringComparison.Ordinal);
        host.Engine.Unfinished.Add(Left(RepairEnd.Undone));
        var told = Assert.Single((await host.JsonAsync("doctor", "--vm", FakeHost.VmName)).Must().Json.GetProperty("interrupted").EnumerateArray().ToArray());
        Assert.Equal(("hotplug-channel", "undone"), (told.GetProperty("repair").GetString(), told.GetProperty("end").GetString()));
    }

    [Fact]
    public async Task Backup_ThatStepsDown_PrintsTheCauseAndPromisesNothing()
    {
        using var host = await new CliHost().WithVaultAsync();
        host.Engine.Capture = (order, events, _) =>
        {
            var warning = Failure.Of(FailureCode.FsFreezeLockHeld, Stage.Freeze, ("vm", "guest"));
            events.Publish(new Preflighted(order.Job, FakeEngine.Taken, [new("guest.fsfreeze", "frozen", "guest-fsfreeze-status", FakeEngine.Taken)]));
            events.Publish(new WarningRaised(order.Job, FakeEngine.Taken, warning));
            return Task.FromResult(FakeEngine.Result(order, warning));
        };
        var json = (await host.JsonAsync("backup", FakeHost.VmName)).Must().Json;
        var cause = json.GetProperty("diagnosis").GetProperty("causes")[0];
        Assert.Equal("fs-freeze-lock-held", cause.GetProperty("id").GetString());
        Assert.Equal(Catalogue.Find("fs-freeze-lock-held")!.Card.Repair, cause.GetProperty("repair").GetString());
        var text = (await host.RunAsync("job", "show", json.GetProperty("job").GetString()!)).Must().Out;
        Assert.Contains("fs-freeze-lock-held", text, StringComparison.Ordinal);
        Assert.DoesNotContain("What Stillpoint can do for you", text, StringComparison.Ordinal);
    }
}
