using System.Text.Json;
using Stillpoint.Contracts;
using Stillpoint.Control;
using Stillpoint.Control.Access;
using Stillpoint.Model;
using Stillpoint.Server.Tests.Hosting;
using Xunit;

namespace Stillpoint.Server.Tests.Alerts;

public sealed class AlertApiTests
{
    private static readonly CancellationToken None = CancellationToken.None;

    [Fact]
    public async Task Alerts_OfAVm_AreForWhoSeesItAndGoWhenCleared()
    {
        await using var host = await ServiceHost.StartAsync();
        await FailABackupAsync(host);
        var (mine, others) = (host.Client(Role.Operator, "gue*"), host.Client(Role.Operator, "web*"));
        var alert = Assert.Single((await mine.Alerts.ListAsync(None)).Items);
        Assert.Equal(("job-failed", "guest", null, null), (alert.Kind, alert.Name, alert.Hushed, alert.Cleared));
        Assert.Contains("guest", alert.Message, StringComparison.Ordinal);
        Assert.Equal(alert.Id, Assert.Single((await mine.Alerts.ListAsync(None, kind: "job-failed", vm: "guest")).Items).Id);
        Assert.Empty((await mine.Alerts.ListAsync(None, kind: "damage-found")).Items);
        Assert.Empty((await mine.Alerts.ListAsync(None, vm: "other")).Items);
        Assert.Empty((await others.Alerts.ListAsync(None, all: true)).Items);
        await Answers.FailsAsync("request-invalid", 400, () => mine.Alerts.ListAsync(None, kind: "trouble"));
        await Answers.FailsAsync("alert-not-found", 404, () => others.Alerts.ClearAsync(alert.Id, None));
        Assert.Equal(alert.Id, (await mine.Alerts.ClearAsync(alert.Id, None)).Id);
        Assert.Empty((await mine.Alerts.ListAsync(None)).Items);
        Assert.NotNull(Assert.Single((await mine.Alerts.ListAsync(None, all: true)).Items).Hushed);
        await Answers.FailsAsync("alert-not-found", 404, () => mine.Alerts.ClearAsync(alert.Id, None));
    }

    [Fact]
    public async Task Ways_SetOverTheSocket_AreTriedByTest()
    {
        await using var host = await ServiceHost.StartBareAsync();
        await Answers.FailsAsync("usage-invalid", 400, () => host.Client().Alerts.TestAsync(None));
        var sent = host.Folder["sent.json"];
        var ways = new AlertWays(Command: $"cat > '{sent}'");
        Assert.Equal(ways, await host.Local().Alerts.SetWaysAsync(ways, None));
        Assert.True((await host.Client().Alerts.TestAsync(None)).Sent);
        Assert.Equal("test", JsonDocument.Parse(File.ReadAllText(sent)).RootElement.GetProperty("id").GetString());
    }

    [Fact]
    public async Task Ways_OverTheNetwork_RunNoCommandAndReadNoFileOfTheCallers()
    {
        await using var host = await ServiceHost.StartBareAsync();
        var client = host.Client();
        var command = await Answers.FailsAsync("request-invalid", 400, () => client.Alerts.SetWaysAsync(new(Command: "true"), None));
        Assert.Equal("command", command.Arguments["field"]);
        await Answers.FailsAsync("request-invalid", 400, () => client.Alerts.SetWaysAsync(new(WebhookSecretFile: "/etc/shadow"), None));
        var wrong = await Answers.FailsAsync("usage-invalid", 400, () => client.Alerts.SetWaysAsync(new(Webhook: "ftp://example"), None));
        Assert.Equal(("webhook", "http://, https://"), (wrong.Arguments["option"], wrong.Arguments["expected"]));
        await host.Local().Alerts.SetWaysAsync(new(Command: "true"), None);
        // What is there may stay.
        Assert.Equal(new("true", MailTo: "ops@example.org"), await client.Alerts.SetWaysAsync(new("true", MailTo: "ops@example.org"), None));
        Assert.Equal(new("true", MailTo: "ops@example.org"), await client.Alerts.WaysAsync(None));
    }

    private static async Task FailABackupAsync(ServiceHost host)
    {
        var client = host.Client();
        await client.Policies.AddAsync("p", new(), None);
        await client.Plan.ProtectAsync("guest", new("p"), None);
        host.Engine.Capture = (_, _, _) => throw new FailureException(FailureCode.VaultFull, Stage.Store, ("path", "/v"));
        await client.EndOfAsync((await client.Jobs.BackUpAsync(new("guest"), None)).Job);
        await host.Part<StillpointControl>().AlertWatch.LookAsync(host.VaultFolder, _ => "", _ => { }, None);
    }
}
