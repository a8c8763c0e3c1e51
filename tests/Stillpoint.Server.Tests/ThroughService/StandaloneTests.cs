using Stillpoint.Server.Tests.Hosting;
using Stillpoint.TestKit;
using Xunit;

namespace Stillpoint.Server.Tests.ThroughService;

/// <summary>Who works in a data folder: never a command beside the service.</summary>
public sealed class StandaloneTests
{
    [Fact]
    public async Task Standalone_BesideAService_IsRefusedBeforeAnythingIsDone()
    {
        await using var host = await ServiceHost.StartAsync();
        var cli = CliProcess.Of(host);
        var error = (await cli.JsonAsync("policy", "add", "p", "--standalone")).MustFail(7, "data-folder-held");
        Assert.Contains($"{Environment.ProcessId}", error.GetProperty("message").GetString(), StringComparison.Ordinal);
        (await cli.JsonAsync("vault", "verify", "--vault", host.VaultFolder, "--standalone")).MustFail(7, "data-folder-held");
        Assert.Empty(await host.Client().Policies.ListAsync(CancellationToken.None));
    }

    [Fact]
    public async Task Verbs_TheServiceIsNotAskedFor_SayWhoHoldsTheFolder()
    {
        await using var host = await ServiceHost.StartAsync();
        var cli = CliProcess.Of(host);
        var held = (await cli.JsonAsync("recover", "--vault", host.VaultFolder, "--passphrase-file", host.Options.PassphraseFile!)).MustFail(7, "data-folder-held");
        Assert.Contains("systemctl stop stillpointd", held.GetProperty("message").GetString(), StringComparison.Ordinal);
        // A command of the caller's own is not the service's to run.
        (await cli.JsonAsync("backup", "guest", "--before-release", "true", "--passphrase-file", host.Options.PassphraseFile!)).MustFail(7, "data-folder-held");
        (await cli.JsonAsync("backup", "guest", "--vault", host.Folder["other"])).MustFail(2, "service-elsewhere");
        Assert.Empty(host.Engine.Backups);
    }

    [Fact]
    public async Task Standalone_WithoutAService_DoesTheWork()
    {
        using var folder = new TempFolder();
        var cli = new CliProcess(folder["data"]);
        (await cli.JsonAsync("policy", "add", "p", "--standalone")).Must();
        Assert.Equal("p", (await cli.JsonAsync("policy", "list")).Must().Json.GetProperty("policies")[0].GetProperty("name").GetString());
    }
}
