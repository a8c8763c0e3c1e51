using Stillpoint.Server.Tests.Hosting;
using Xunit;

namespace Stillpoint.Server.Tests.ThroughService;

/// <summary>The vault's keys by the real program beside a service: of that it asks only which vault it is.</summary>
public sealed class KeyVerbTests
{
    [Fact]
    public async Task Keys_BesideTheService_AreListedAddedChangedRemovedAndExported()
    {
        await using var host = await ServiceHost.StartAsync();
        var cli = CliProcess.Of(host);
        var own = host.Options.PassphraseFile!;
        var count = (await cli.JsonAsync("vault", "key", "list")).Must().Json.GetProperty("keys").GetArrayLength();
        var second = Secret(host, "second", "another passphrase");
        Assert.Equal("second", (await cli.JsonAsync(
            "vault", "key", "add", "--passphrase-file", own, "--new-passphrase-file", second, "--label", "second")).Must().Json.GetProperty("label").GetString());
        (await cli.JsonAsync("vault", "key", "export", "--passphrase-file", second, "--recovery-key-file", host.Folder["recovery"])).Must();
        Assert.StartsWith("sprk1-", await File.ReadAllTextAsync(host.Folder["recovery"]), StringComparison.Ordinal);
        Assert.Equal(count + 2, (await cli.JsonAsync("vault", "key", "list")).Must().Json.GetProperty("keys").GetArrayLength());

        // The service's own secret stays good: no word about it.
        var third = Secret(host, "third", "yet another passphrase");
        Assert.Empty((await cli.JsonAsync("vault", "key", "change", "--passphrase-file", second, "--new-passphrase-file", third)).Must().Json.GetProperty("warnings").EnumerateArray());
        (await cli.JsonAsync("vault", "key", "list", "--standalone")).MustFail(7, "data-folder-held");
        (await cli.JsonAsync("vault", "key", "add", "--passphrase-file", second, "--new-passphrase-file", third)).MustFail(5, "vault-wrong-passphrase");
        (await cli.JsonAsync("vault", "key", "remove", "second", "--passphrase-file", third)).MustFail(1, "not-confirmed");

        // The service's own is changed: it is told, and goes on as soon as its file has the new one.
        var fourth = Secret(host, "fourth", "the service has it next");
        var changed = (await cli.JsonAsync("vault", "key", "change", "--passphrase-file", own, "--new-passphrase-file", fourth)).Must().Json;
        Assert.Equal("service-secret-outdated", Assert.Single(changed.GetProperty("warnings").EnumerateArray().ToArray()).GetProperty("code").GetString());
        await Answers.FailsAsync("vault-wrong-passphrase", 503, () => host.Client().Vaults.TryAsync(CancellationToken.None));
        File.Copy(fourth, own, overwrite: true);
        Assert.Equal(host.VaultFolder, (await host.Client().Vaults.TryAsync(CancellationToken.None)).Path);
        await host.RestartAsync();
        (await cli.JsonAsync("vault", "stats")).Must();
        Assert.Empty((await cli.JsonAsync("vault", "key", "remove", "second", "--passphrase-file", own, "--yes")).Must().Json.GetProperty("warnings").EnumerateArray());
        Assert.Equal(count + 1, (await cli.JsonAsync("vault", "key", "list")).Must().Json.GetProperty("keys").GetArrayLength());
    }

    private static string Secret(ServiceHost host, string name, string text)
    {
        var file = host.Folder[name];
        File.WriteAllText(file, text + "\n");
        File.SetUnixFileMode(file, UnixFileMode.UserRead | UnixFileMode.UserWrite);
        return file;
    }
}
