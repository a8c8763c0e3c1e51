using Stillpoint.Cli.Tests.Hosting;
using Stillpoint.Model;
using Xunit;

namespace Stillpoint.Cli.Tests.Verbs;

public sealed class VaultVerbTests
{
    [Fact]
    public async Task Init_EmptyFolder_MakesTheDefaultVaultAndShowsItsKeyOnce()
    {
        using var host = new CliHost();
        var json = (await host.JsonAsync("vault", "init", host.Vault)).Must().Json;
        Assert.Equal((host.Vault, true), (json.GetProperty("path").GetString(), json.GetProperty("recoveryKey").GetString()!.StartsWith("sprk1-", StringComparison.Ordinal)));
        Assert.Equal(0, (await host.JsonAsync("point", "list")).Must().Json.GetProperty("points").GetArrayLength());
    }

    [Fact]
    public async Task Init_KeyToAFile_WritesItForItsOwnerAlone()
    {
        using var host = new CliHost();
        var file = host.Folder["key"];
        var json = (await host.JsonAsync("vault", "init", host.Vault, "--recovery-key-file", file)).Must().Json;
        Assert.Equal(System.Text.Json.JsonValueKind.Null, json.GetProperty("recoveryKey").ValueKind);
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(file));
        (await host.BareAsync("rescue", "list", "--vault", host.Vault, "--recovery-key-file", file)).Must();
    }

    [Fact]
    public async Task Init_KeyFileThatExists_MakesNoVault()
    {
        using var host = new CliHost();
        (await host.JsonAsync("vault", "init", host.Vault, "--recovery-key-file", host.PassphraseFile)).MustFail(1, "target-exists");
        Assert.False(Directory.Exists(host.Vault) && Directory.EnumerateFileSystemEntries(host.Vault).Any());
    }

    [Fact]
    public async Task Init_FolderInUse_IsRefusedAndLeavesNoKeyFile()
    {
        using var host = await new CliHost().WithVaultAsync();
        (await host.JsonAsync("vault", "init", host.Vault, "--recovery-key-file", host.Folder["key"])).MustFail(1, "vault-exists");
        Assert.False(File.Exists(host.Folder["key"]));
    }

    [Fact]
    public async Task Passphrase_Wrong_IsToldApartFromDamage()
    {
        using var host = await new CliHost().WithVaultAsync();
        File.WriteAllText(host.PassphraseFile, "open barley\n");
        (await host.JsonAsync("point", "list")).MustFail(5, "vault-wrong-passphrase");
    }

    [Fact]
    public async Task Passphrase_FromEachSource_OpensTheVault()
    {
        using var host = await new CliHost().WithVaultAsync();
        string[] words = ["point", "list", "--data", host.Data, "--json"];
        (await host.BareAsync(words)).MustFail(2, "passphrase-missing");

        host.Typed = new(["open sesame"]);
        (await host.BareAsync(words)).Must();
        host.Typed = null;

        host.Variables["CREDENTIALS_DIRECTORY"] = host.Folder.Path;
        (await host.BareAsync(words)).MustFail(2, "passphrase-missing");
        File.WriteAllText(host.Folder["stillpoint-passphrase"], "open sesame");
        (await host.BareAsync(words)).Must();

        host.Variables["STILLPOINT_PASSPHRASE_FILE"] = host.Folder["missing"];
        (await host.BareAsync(words)).MustFail(2, "passphrase-unusable");
        host.Variables["STILLPOINT_PASSPHRASE_FILE"] = host.PassphraseFile;
        (await host.BareAsync(words)).Must();
    }

    [Fact]
    public async Task Passphrase_Prompt_NeverEchoesIt()
    {
        using var host = await new CliHost { Typed = new(["open sesame"]) }.WithVaultAsync();
        var call = (await host.BareAsync("point", "list", "--data", host.Data, "--lang", "en")).Must();
        Assert.Contains($"Passphrase of vault `{host.Vault}`:", call.Error, StringComparison.Ordinal);
        Assert.DoesNotContain("sesame", call.Error + call.Out, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Init_PromptAnsweredDifferently_MakesNoVault()
    {
        using var host = new CliHost { Typed = new(["one", "two"]) };
        (await host.BareAsync("vault", "init", host.Vault, "--data", host.Data, "--json")).MustFail(2, "passphrases-differ");
        Assert.False(Directory.Exists(host.Vault) && Directory.EnumerateFileSystemEntries(host.Vault).Any());
    }

    [Fact]
    public async Task Use_AnotherVault_BecomesTheDefaultOnlyIfItOpens()
    {
        using var host = await new CliHost().WithVaultAsync();
        (await host.RunAsync("vault", "init", host.Folder["second"])).Must();
        (await host.RunAsync("vault", "use", host.Vault)).Must();
        Assert.Equal(host.Vault, (await host.JsonAsync("vault", "stats")).Must().Json.GetProperty("path").GetString());
        (await host.JsonAsync("vault", "use", host.Folder["nothing"])).MustFail(3, "vault-not-found");
        Assert.Equal(host.Vault, (await host.JsonAsync("vault", "stats")).Must().Json.GetProperty("path").GetString());
    }

    [Fact]
    public async Task AnyVerb_WithoutAVault_SaysHowToChooseOne()
    {
        using var host = new CliHost();
        (await host.JsonAsync("point", "list")).MustFail(2, "vault-not-chosen");
    }

    [Fact]
    public async Task Verify_WholeAndDamagedVault_AreToldApart()
    {
        using var host = await new CliHost().WithVaultAsync();
        var point = await KnownPoint.AddAsync(host.Vault, KnownPoint.Disk(1));
        Assert.True((await host.JsonAsync("vault", "verify")).Must().Json.GetProperty("whole").GetBoolean());
        Assert.True((await host.JsonAsync("vault", "verify", "--full")).Must().Json.GetProperty("whole").GetBoolean());

        var pack = Directory.EnumerateFiles(Path.Combine(host.Vault, "packs"), "*", SearchOption.AllDirectories).MaxBy(f => new FileInfo(f).Length)!;
        var bytes = File.ReadAllBytes(pack);
        bytes[bytes.Length / 3] ^= 1;
        File.WriteAllBytes(pack, bytes);
        Assert.Equal(6, (await host.JsonAsync("vault", "verify")).ExitCode);
        var full = await host.JsonAsync("vault", "verify", "--full");
        Assert.Equal((6, false), (full.ExitCode, full.Json.GetProperty("whole").GetBoolean()));
        var hit = full.Json.GetProperty("points")[0];
        Assert.Equal((point, "vda", 1L), (hit.GetProperty("point").GetString(), hit.GetProperty("disk").GetString(), hit.GetProperty("blocks").GetInt64()));
        var text = await host.RunAsync("vault", "verify", "--full");
        Assert.Contains($"Recovery point `{point}` of guest: 1 block of disk vda cannot be restored.", text.Out, StringComparison.Ordinal);
    }

    [Fact]
    public async Task RebuildIndex_Confirmed_LeavesAWholeVault()
    {
        using var host = await new CliHost().WithVaultAsync();
        await KnownPoint.AddAsync(host.Vault, KnownPoint.Disk(1));
        (await host.JsonAsync("vault", "rebuild-index")).MustFail(1, "not-confirmed");
        Assert.True((await host.JsonAsync("vault", "rebuild-index", "--yes")).Must().Json.GetProperty("entries").GetInt64() > 0);
        (await host.RunAsync("vault", "verify", "--full")).Must();
    }

    [Fact]
    public async Task Stats_OfAVaultWithAPoint_CountsIt()
    {
        using var host = await new CliHost().WithVaultAsync();
        await KnownPoint.AddAsync(host.Vault, KnownPoint.Disk(1));
        var json = (await host.JsonAsync("vault", "stats")).Must().Json;
        Assert.Equal((1, 1, 1_000_000L), (json.GetProperty("points").GetInt32(), json.GetProperty("vms").GetInt32(), json.GetProperty("logicalBytes").GetInt64()));
        Assert.Contains("Recovery points: 1", (await host.RunAsync("vault", "stats")).Must().Out, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Keys_AddedChangedAndRemoved_OpenOrNot()
    {
        using var host = await new CliHost().WithVaultAsync();
        var (second, third) = (host.Folder["second"], host.Folder["third"]);
        CliHost.Secret(second, "second\n");
        CliHost.Secret(third, "third\n");
        string[] with(string file) => ["point", "list", "--data", host.Data, "--passphrase-file", file, "--json"];

        var added = (await host.JsonAsync("vault", "key", "add", "--new-passphrase-file", second)).Must().Json.GetProperty("key").GetString()!;
        (await host.BareAsync(with(second))).Must();
        Assert.Equal(3, (await host.BareAsync("vault", "key", "list", "--data", host.Data, "--json")).Must().Json.GetProperty("keys").GetArrayLength());

        (await host.RunAsync("vault", "key", "change", "--new-passphrase-file", third)).Must();
        (await host.BareAsync(with(host.PassphraseFile))).MustFail(5, "vault-wrong-passphrase");
        (await host.BareAsync(with(third))).Must();

        string[] remove = ["vault", "key", "remove", added, "--data", host.Data, "--passphrase-file", third, "--json"];
        (await host.BareAsync(remove)).MustFail(1, "not-confirmed");
        (await host.BareAsync([.. remove, "--yes"])).Must();
        (await host.BareAsync(with(second))).MustFail(5, "vault-wrong-passphrase");
        (await host.BareAsync([.. remove, "--yes"])).MustFail(3, "vault-key-not-found");

        var exported = host.Folder["recovery"];
        (await host.BareAsync("vault", "key", "export", "--recovery-key-file", exported, "--data", host.Data, "--passphrase-file", third)).Must();
        (await host.BareAsync(with(exported))).Must();
    }
}
