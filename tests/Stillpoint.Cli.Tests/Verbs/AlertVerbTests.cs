using Stillpoint.Cli.Tests.Hosting;
using Stillpoint.Control.Tests.Fakes;
using Xunit;

namespace Stillpoint.Cli.Tests.Verbs;

public sealed class AlertVerbTests
{
    [Fact]
    public async Task Objective_MissedAtRunDue_IsListedSentToTheCommandAndClearedByHand()
    {
        using var host = new CliHost { Clock = new ManualClock() };
        (await host.RunAsync("vault", "init", host.Vault)).Must();
        (await host.RunAsync("plan", "settings", "--gc", "none", "--verify", "none")).Must();
        (await host.RunAsync("policy", "add", "promise", "--objective", "26")).Must();
        (await host.RunAsync("vm", "protect", FakeHost.VmName, "--policy", "promise")).Must();
        (await host.RunAsync("alert", "settings", "--command", $"cat > '{host.Folder["told"]}'")).Must();
        Assert.Contains("There is no open alert.", (await host.RunAsync("alert", "list")).Must().Out, StringComparison.Ordinal);
        ((ManualClock)host.Clock).Advance(TimeSpan.FromHours(27));
        (await host.RunAsync("run-due")).Must();
        Assert.Contains("guest: no recovery point in the last 26 h, as the policy promises.", File.ReadAllText(host.Folder["told"]), StringComparison.Ordinal);
        var alert = (await host.JsonAsync("alert", "list")).Must().Json.GetProperty("alerts")[0];
        Assert.Equal("objective-missed", alert.GetProperty("kind").GetString());
        (await host.RunAsync("alert", "clear", alert.GetProperty("alert").GetString()!)).Must();
        Assert.Equal(0, (await host.JsonAsync("alert", "list")).Must().Json.GetProperty("alerts").GetArrayLength());
        Assert.Contains("(over)", (await host.RunAsync("alert", "list", "--all")).Must().Out, StringComparison.Ordinal);
        (await host.JsonAsync("alert", "clear", "01zz")).MustFail(3, "alert-not-found");
    }

    [Fact]
    public async Task Settings_SetShownTestedAndTakenAway_AreWhatWasSaid()
    {
        using var host = new CliHost();
        (await host.JsonAsync("alert", "test")).MustFail(2, "usage-invalid");
        (await host.JsonAsync("alert", "settings", "--webhook", "mailto:x")).MustFail(2, "usage-invalid");
        (await host.JsonAsync("alert", "settings", "--smtp", "mail.example.org")).MustFail(2, "usage-invalid");
        (await host.RunAsync("alert", "settings", "--smtp", "mail.example.org:25", "--mail-from", "a@example.org", "--mail-to", "b@example.org", "--command", "exit 9")).Must();
        Assert.Contains("--smtp mail.example.org:25", (await host.RunAsync("alert", "settings")).Must().Out, StringComparison.Ordinal);
        (await host.RunAsync("alert", "settings", "--smtp", "none")).Must();
        (await host.JsonAsync("alert", "test")).MustFail(1, "alert-not-sent");
        (await host.RunAsync("alert", "settings", "--command", $"cat > '{host.Folder["told"]}'")).Must();
        (await host.RunAsync("alert", "test")).Must();
        Assert.NotEmpty(File.ReadAllText(host.Folder["told"]));
    }

    /// <summary>Every kind has words, with the values its reason gives.</summary>
    [Fact]
    public void Words_OfEveryKind_AreThere()
    {
        var values = new Dictionary<string, string>
        {
            ["hours"] = "26", ["job"] = "01j", ["count"] = "3", ["consistency"] = "crash", ["wanted"] = "file-system", ["day"] = "2026-12-01", ["free"] = "1000", ["stored"] = "1000", ["usual"] = "10",
        };
        foreach (var language in Texts.Language.All)
        {
            foreach (var kind in Enum.GetValues<Model.AlertKind>())
            {
                var words = Cli.Output.AlertWords.Of(new("01", new(kind, "s", "web1", values), default, default, null, null), Texts.LocalTexts.For(language));
                Assert.StartsWith("web1", words, StringComparison.Ordinal);
                Assert.DoesNotContain('{', words);
            }
        }
    }
}
