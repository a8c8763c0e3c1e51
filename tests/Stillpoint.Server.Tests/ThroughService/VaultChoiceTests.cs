using Stillpoint.Cli.Tests.Hosting;
using Stillpoint.Contracts;
using Stillpoint.Server.Tests.Hosting;
using Stillpoint.TestKit;
using Xunit;

namespace Stillpoint.Server.Tests.ThroughService;

/// <summary>A vault made and chosen while the service runs: what a person does after the package was installed.</summary>
public sealed class VaultChoiceTests
{
    [Fact]
    public async Task Init_BesideTheService_MakesTheVaultThatItUsesFromThenOn()
    {
        await using var host = await ServiceHost.StartBareAsync();
        var cli = CliProcess.Of(host);
        (await cli.JsonAsync("vault", "stats")).MustFail(2, "vault-not-chosen");

        // The service has no secret for it yet: the vault and its key are there all the same, and the rest can be done again.
        var made = await cli.JsonAsync("vault", "init", host.Folder["first"], "--passphrase-file", Secret(host, "early", "open sesame"));
        Assert.Equal(11, made.ExitCode);
        Assert.NotEqual("", made.Json.GetProperty("recoveryKey").GetString());
        Assert.Equal("passphrase-unusable", made.Json.GetProperty("notChosen").GetProperty("code").GetString());
        (await cli.JsonAsync("vault", "stats")).MustFail(2, "vault-not-chosen");

        Secret(host, "usual-secret", "open sesame");
        (await cli.JsonAsync("vault", "use", host.Folder["first"])).Must();
        Assert.Equal(host.Folder["first"], (await cli.JsonAsync("vault", "stats")).Must().Json.GetProperty("path").GetString());

        // Another one, and its passphrase is not the service's.
        var second = await cli.RunAsync("vault", "init", host.Folder["second"], "--passphrase-file", Secret(host, "other", "another passphrase"));
        Assert.Equal(11, second.ExitCode);
        Assert.Contains("passphrase", second.Error, StringComparison.Ordinal);
        (await cli.JsonAsync("vault", "use", host.Folder["second"])).MustFail(5, "vault-wrong-passphrase");
        (await cli.JsonAsync("vault", "use", host.Folder["nothing"])).MustFail(3, "vault-not-found");
        Assert.Equal(host.Folder["first"], (await cli.JsonAsync("vault", "stats")).Must().Json.GetProperty("path").GetString());

        // One that fits, at once.
        (await cli.JsonAsync("vault", "init", host.Folder["third"], "--passphrase-file", host.Folder["usual-secret"])).Must();
        Assert.Equal(host.Folder["third"], (await cli.JsonAsync("vault", "stats")).Must().Json.GetProperty("path").GetString());
        await host.RestartAsync();
        Assert.Equal(host.Folder["third"], (await cli.JsonAsync("vault", "stats")).Must().Json.GetProperty("path").GetString());
    }

    [Fact]
    public async Task Use_OfACopyOfTheVault_IsAskedAbout()
    {
        await using var host = await ServiceHost.StartBareAsync();
        var cli = CliProcess.Of(host);
        Secret(host, "usual-secret", "open sesame");
        (await cli.JsonAsync("vault", "init", host.Folder["first"], "--passphrase-file", host.Folder["usual-secret"])).Must();
        (await Tool.RunAsync("cp", "-a", host.Folder["first"], host.Folder["copied"])).Must();
        (await cli.JsonAsync("vault", "use", host.Folder["copied"])).MustFail(1, "not-confirmed");
        Assert.Equal(host.Folder["first"], (await cli.JsonAsync("vault", "stats")).Must().Json.GetProperty("path").GetString());
        (await cli.JsonAsync("vault", "use", host.Folder["copied"], "--yes")).Must();
        Assert.Equal(host.Folder["copied"], (await cli.JsonAsync("vault", "stats")).Must().Json.GetProperty("path").GetString());
    }

    [Fact]
    public async Task Use_WhereTheConfigurationNamesTheVault_IsRefused()
    {
        await using var host = await ServiceHost.StartAsync();
        (await CliProcess.Of(host).JsonAsync("vault", "use", host.Folder["other"])).MustFail(2, "vault-configured");
        foreach (var path in new[] { "", "relative/path" })
        {
            var refused = await Assert.ThrowsAsync<ProblemException>(() => host.Client().Vaults.ChooseAsync(new(path), CancellationToken.None));
            Assert.Equal("request-invalid", refused.Problem.Code);
        }
    }

    private static string Secret(ServiceHost host, string name, string text)
    {
        var file = host.Folder[name];
        File.WriteAllText(file, text + "\n");
        File.SetUnixFileMode(file, UnixFileMode.UserRead | UnixFileMode.UserWrite);
        return file;
    }
}
