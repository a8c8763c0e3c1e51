using Stillpoint.Cli.Tests.Hosting;
using Stillpoint.TestKit;
using Xunit;

namespace Stillpoint.Cli.Tests.Secrets;

/// <summary>Which files with a secret are taken, and which are refused.</summary>
public sealed class SecretFileTests
{
    private const UnixFileMode Owner = UnixFileMode.UserRead | UnixFileMode.UserWrite;

    [Theory]
    [InlineData(UnixFileMode.OtherRead)]
    [InlineData(UnixFileMode.GroupRead)]
    [InlineData(UnixFileMode.OtherWrite)]
    [InlineData(UnixFileMode.GroupWrite)]
    public async Task File_OthersCanReadOrChange_IsRefusedAndNamesTheRemedy(UnixFileMode more)
    {
        using var host = await new CliHost().WithVaultAsync();
        File.SetUnixFileMode(host.PassphraseFile, Owner | more);
        (await host.JsonAsync("point", "list")).MustFail(2, "secret-file-open-to-others");
        var told = await host.RunAsync("point", "list");
        Assert.Contains("`chmod 600`", told.Error, StringComparison.Ordinal);
        Assert.Contains(host.PassphraseFile, told.Error, StringComparison.Ordinal);
        (await host.BareAsync("rescue", "list", "--vault", host.Vault, "--recovery-key-file", host.PassphraseFile, "--json")).MustFail(2, "secret-file-open-to-others");
        (await host.JsonAsync("vault", "init", host.Folder["other"])).MustFail(2, "secret-file-open-to-others");

        File.SetUnixFileMode(host.PassphraseFile, UnixFileMode.UserRead);
        (await host.JsonAsync("point", "list")).Must();
    }

    [Fact]
    public async Task NewPassphraseFile_OthersCanRead_ChangesNothing()
    {
        using var host = await new CliHost().WithVaultAsync();
        File.WriteAllText(host.Folder["new"], "new\n");
        File.SetUnixFileMode(host.Folder["new"], Owner | UnixFileMode.OtherRead);
        foreach (var verb in new[] { "add", "change" })
            (await host.JsonAsync("vault", "key", verb, "--new-passphrase-file", host.Folder["new"])).MustFail(2, "secret-file-open-to-others");
        Assert.Equal(2, (await host.JsonAsync("vault", "key", "list")).Must().Json.GetProperty("keys").GetArrayLength());
    }

    [Fact]
    public async Task Credential_OfSystemd_IsTakenWithTheModeSystemdGives()
    {
        using var host = await new CliHost().WithVaultAsync();
        Directory.CreateDirectory(host.Folder["credentials"]);
        var file = host.Folder["credentials", "stillpoint-passphrase"];
        File.WriteAllText(file, "open sesame");
        File.SetUnixFileMode(file, UnixFileMode.UserRead | UnixFileMode.GroupRead);
        host.Variables["CREDENTIALS_DIRECTORY"] = host.Folder["credentials"];
        (await host.BareAsync("point", "list", "--data", host.Data, "--json")).Must();
    }

    [Fact]
    public async Task Pipe_FromAPasswordManager_IsTaken()
    {
        using var host = await new CliHost().WithVaultAsync();
        var pipe = host.Folder["pipe"];
        (await Tool.RunAsync("mkfifo", "-m", "644", pipe)).Must();
        // A process of its own: opening a pipe waits for its other end.
        var writing = Tool.RunAsync("sh", "-c", "echo open sesame > \"$0\"", pipe);
        (await host.BareAsync("point", "list", "--data", host.Data, "--passphrase-file", pipe, "--json")).Must();
        (await writing).Must();
    }

    [Fact]
    public async Task Key_WithALabel_IsListedAndRemovedByIt()
    {
        using var host = await new CliHost().WithVaultAsync();
        CliHost.Secret(host.Folder["second"], "second\n");
        (await host.RunAsync("vault", "key", "add", "--new-passphrase-file", host.Folder["second"], "--label", "Ada's laptop")).Must();
        Assert.Contains("Ada's laptop", (await host.RunAsync("vault", "key", "list")).Must().Out, StringComparison.Ordinal);
        (await host.RunAsync("vault", "key", "remove", "Ada's laptop", "--yes")).Must();
        Assert.Equal(2, (await host.JsonAsync("vault", "key", "list")).Must().Json.GetProperty("keys").GetArrayLength());
        (await host.JsonAsync("vault", "key", "remove", "Ada's laptop", "--yes")).MustFail(3, "vault-key-not-found");
    }

    [Fact]
    public async Task Keys_RemovedOneByOne_TheLastStays()
    {
        using var host = await new CliHost().WithVaultAsync();
        var keys = (await host.JsonAsync("vault", "key", "list")).Must().Json.GetProperty("keys").EnumerateArray()
            .ToDictionary(k => k.GetProperty("kind").GetString()!, k => k.GetProperty("key").GetString()!);
        (await host.RunAsync("vault", "key", "remove", keys["recovery-key"], "--yes")).Must();
        (await host.JsonAsync("vault", "key", "remove", keys["passphrase"], "--yes")).MustFail(1, "vault-last-key");
        (await host.RunAsync("point", "list")).Must();
    }
}
