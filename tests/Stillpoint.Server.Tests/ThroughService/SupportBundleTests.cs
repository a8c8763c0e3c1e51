using System.Text;
using System.Text.Json;
using Stillpoint.Control.Access;
using Stillpoint.Control.Support;
using Stillpoint.Control.Tests.Fakes;
using Stillpoint.Model;
using Stillpoint.Server.Tests.Hosting;
using Stillpoint.TestKit;
using Xunit;

namespace Stillpoint.Server.Tests.ThroughService;

/// <summary><c>support-bundle</c> by the real program, beside the service and alone, with a canary in every place that holds a secret.</summary>
public sealed class SupportBundleTests
{
    private const string Webhook = "https://hooks.example.org/services/canary-webhook-path?key=canary-webhook-key", Heartbeat = "https://canary-user:canary-beat@beat.example.org/canary-ping";
    private static readonly CancellationToken None = CancellationToken.None;
    private static readonly string[] Parts = ["versions.json", "configuration.json", "settings.json", "host.json", "catalog.json", "alerts.json", "jobs.json", "log.txt"];

    [Fact]
    public async Task Bundle_OfAService_TellsWhatIsNeededAndNoSecret()
    {
        await using var host = await ServiceHost.StartAsync();
        var (cli, client) = (CliProcess.Of(host), host.Client());
        var token = await SeedAsync(host, cli);
        host.Engine.Seen = _ => [new("guest.fsfreeze", "frozen", "guest-fsfreeze-status", FakeEngine.Taken)];

        var told = (await cli.JsonAsync("support-bundle", "--file", host.Folder["bundle.tar.gz"], "--vm", "guest")).Must().Json;
        Assert.Equal(host.Folder["bundle.tar.gz"], told.GetProperty("file").GetString());
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(host.Folder["bundle.tar.gz"]));
        var entries = Read(host.Folder["bundle.tar.gz"]);
        Assert.Equal(((string[])[.. Parts, "doctor.json", $"facts/{token.FailedJob}.json"]).Order(StringComparer.Ordinal), entries.Keys.Order(StringComparer.Ordinal));
        Assert.Equal(entries.Keys.Order(StringComparer.Ordinal), told.GetProperty("contents").EnumerateArray().Select(c => c.GetProperty("name").GetString()!).Order(StringComparer.Ordinal));
        MustHoldNone(entries, token.Secrets);

        var jobs = JsonDocument.Parse(entries["jobs.json"]).RootElement;
        Assert.Equal(["backup failed vault-full"], jobs.EnumerateArray().Select(j => $"{j.GetProperty("kind").GetString()} {j.GetProperty("state").GetString()} {j.GetProperty("failure").GetProperty("code").GetString()}"));
        var settings = JsonDocument.Parse(entries["settings.json"]).RootElement;
        Assert.Equal(("hooks.example.org", true, "nightly"), (
            settings.GetProperty("alerts").GetProperty("webhook").GetString(), settings.GetProperty("alerts").GetProperty("command").GetBoolean(),
            settings.GetProperty("policies")[0].GetProperty("name").GetString()));
        var catalog = JsonDocument.Parse(entries["catalog.json"]).RootElement;
        Assert.Equal(("ok", 1), (catalog.GetProperty("check").GetString(), catalog.GetProperty("rows").GetProperty("job").GetInt32()));
        Assert.Equal("running", JsonDocument.Parse(entries["host.json"]).RootElement.GetProperty("libvirt").GetProperty("vms")[0].GetProperty("state").GetString());
        Assert.Equal("off", JsonDocument.Parse(entries["configuration.json"]).RootElement.GetProperty("values").GetProperty("schedule").GetString());
        // The doctor reads it again, with nothing else of ours there.
        await File.WriteAllTextAsync(host.Folder["facts.json"], entries["doctor.json"]);
        Assert.NotEmpty((await cli.JsonAsync("doctor", "--facts", host.Folder["facts.json"])).Must().Json.GetProperty("causes").EnumerateArray());

        (await cli.JsonAsync("support-bundle", "--file", host.Folder["bundle.tar.gz"])).MustFail(1, "target-exists");
        (await cli.JsonAsync("support-bundle", "--file", host.Folder["other.tar.gz"], "--vm", "nobody")).MustFail(3, "vm-not-found");
        Assert.False(File.Exists(host.Folder["other.tar.gz"]));
        var text = (await cli.RunAsync("support-bundle", "--list")).Must();
        Assert.All(Parts, part => Assert.Contains(part, text.Out, StringComparison.Ordinal));
        (await cli.JsonAsync("support-bundle", "--list", "--days", "91")).MustFail(2, "usage-invalid");
        await Answers.FailsAsync("request-invalid", 400, () => client.Support.CollectAsync(new(Days: 0), None));
        await Answers.FailsAsync("not-allowed", 403, () => host.Client(Role.Admin, "guest").Support.CollectAsync(new(), None));
        Assert.Contains((await client.Access.AuditAsync(None, who: "local")).Items, a => a is { Action: "collectSupportBundle", Outcome: 200 });
    }

    [Fact]
    public async Task Bundle_WithoutAService_HoldsTheSameAndNoSecretEither()
    {
        await using var host = await ServiceHost.StartAsync();
        var seeded = await SeedAsync(host, CliProcess.Of(host));
        await host.Server.DisposeAsync();
        try
        {
            var end = (await CliProcess.Of(host).RunAsync(
                "support-bundle", "--file", host.Folder["alone.tar.gz"], "--passphrase-file", host.Options.PassphraseFile!, "--host", $"qemu+unix:///system?socket={host.Folder["none"]}")).Must();
            Assert.Contains("No passphrase, key, token or password is in it", end.Out, StringComparison.Ordinal);
            var entries = Read(host.Folder["alone.tar.gz"]);
            Assert.Equal(((string[])[.. Parts, $"facts/{seeded.FailedJob}.json"]).Order(StringComparer.Ordinal), entries.Keys.Order(StringComparer.Ordinal));
            MustHoldNone(entries, seeded.Secrets);
            Assert.Contains("host-unreachable", entries["host.json"], StringComparison.OrdinalIgnoreCase);
        }
        finally
        {
            await host.StartAsync();
        }
    }

    /// <returns>Everything that must be in no bundle.</returns>
    private static async Task<(string FailedJob, string[] Secrets)> SeedAsync(ServiceHost host, CliProcess cli)
    {
        await File.WriteAllTextAsync(host.Folder["hook-secret"], "canary-hook-secret\n");
        File.SetUnixFileMode(host.Folder["hook-secret"], UnixFileMode.UserRead | UnixFileMode.UserWrite);
        (await cli.JsonAsync("policy", "add", "nightly")).Must();
        (await cli.JsonAsync(
            "alert", "settings", "--command", "curl -H 'X-Key: canary-command' http://localhost", "--webhook", Webhook, "--webhook-secret-file", host.Folder["hook-secret"],
            "--heartbeat", Heartbeat)).Must();
        var recovery = (await cli.JsonAsync("vault", "key", "export", "--vault", host.VaultFolder, "--passphrase-file", host.Options.PassphraseFile!)).Must().Json.GetProperty("recoveryKey").GetString()!;
        var token = host.Token(Role.Admin);
        host.AddUser("ann", Role.Admin);
        var ann = host.Access.Users.Find("ann")!;
        host.Access.Users.Change("ann", null, u => u with { SecondFactor = "CANARYTOTPSECRETCANARYTOTPSECRET" });
        // A failure that quotes what it should not: the second lock.
        string[] secrets =
        [
            "open sesame", "canary-hook-secret", "canary-command", "canary-webhook-path", "canary-webhook-key", "canary-beat", "canary-ping", recovery, token, ann.PasswordHash,
            "CANARYTOTPSECRET", ServiceHost.Password,
        ];
        host.Engine.Capture = (_, _, _) => throw new FailureException(
            Failure.Of(FailureCode.VaultFull, Stage.Store, ("path", "/v")).With(new("hook", $"{Webhook} said no; tried with {token} and {recovery}; open sesame; {ann.PasswordHash}; {Heartbeat}; canary-hook-secret")));
        var failed = await cli.JsonAsync("backup", "guest");
        host.Engine.Capture = (o, _, _) => Task.FromResult(FakeEngine.Result(o));
        return (failed.Json.GetProperty("job").GetString()!, secrets);
    }

    private static void MustHoldNone(Dictionary<string, string> entries, string[] secrets)
    {
        foreach (var (name, content) in entries)
            foreach (var secret in secrets) Assert.False(content.Contains(secret, StringComparison.Ordinal), $"{secret} in {name}");
        Assert.Contains("[left out]", entries["jobs.json"], StringComparison.Ordinal);
    }

    private static Dictionary<string, string> Read(string bundle) =>
        SupportBundle.Read(File.ReadAllBytes(bundle), bundle).ToDictionary(e => e.Name, e => Encoding.UTF8.GetString(e.Content), StringComparer.Ordinal);
}
