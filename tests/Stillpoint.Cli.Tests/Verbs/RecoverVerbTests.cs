using System.Text;
using Stillpoint.Cli.Tests.Hosting;
using Stillpoint.Control.Tests.Fakes;
using Stillpoint.Vault;
using Stillpoint.Vault.Stores;
using Xunit;

namespace Stillpoint.Cli.Tests.Verbs;

/// <summary>The host is gone, and with it the data folder; the vault and a secret are left.</summary>
public sealed class RecoverVerbTests
{
    [Fact]
    public async Task Recover_WithTheRecoveryKeyAlone_BringsJobsPointsAndDefaultVaultBack()
    {
        using var host = new CliHost();
        var key = host.Folder["key"];
        (await host.RunAsync("vault", "init", host.Vault, "--recovery-key-file", key)).Must();
        var point = await KnownPoint.AddAsync(host.Vault, KnownPoint.Disk(1));
        var job = (await RestoreAsync(host, point)).GetProperty("job").GetString();
        Directory.Delete(host.Data, recursive: true);

        var json = (await host.BareAsync("recover", "--vault", host.Vault, "--data", host.Data, "--recovery-key-file", key, "--json")).Must().Json;
        Assert.Equal(Environment.MachineName, json.GetProperty("catalog").GetProperty("host").GetString());
        Assert.Equal((1, 1, 1), (json.GetProperty("jobs").GetInt32(), json.GetProperty("points").GetInt32(), json.GetProperty("pointsSince").GetInt32()));
        Assert.Equal(job, (await host.JsonAsync("job", "list")).Must().Json.GetProperty("jobs")[0].GetProperty("job").GetString());
        // No --vault: the default one is known again.
        Assert.Equal(point, (await host.JsonAsync("point", "list")).Must().Json.GetProperty("points")[0].GetProperty("point").GetString());
        await RestoreAsync(host, point);
    }

    [Fact]
    public async Task Recover_FolderThatHoldsSomething_IsRefusedWhateverIsAnswered()
    {
        using var host = await new CliHost().WithVaultAsync();
        var call = await host.RunAsync("recover", "--vault", host.Vault, "--yes");
        Assert.Equal(1, call.ExitCode);
        Assert.Contains("catalog.db", call.Error, StringComparison.Ordinal);
        (await host.JsonAsync("recover", "--vault", host.Vault, "--yes")).MustFail(1, "data-folder-not-empty");
    }

    [Fact]
    public async Task Recover_WrongKey_IsToldAndNothingIsMade()
    {
        using var host = await new CliHost().WithVaultAsync();
        CliHost.Secret(host.Folder["wrong"], "another passphrase\n");
        var call = await host.BareAsync("recover", "--vault", host.Vault, "--data", host.Folder["new"], "--passphrase-file", host.Folder["wrong"], "--json");
        call.MustFail(5, "vault-wrong-passphrase");
        Assert.False(Directory.Exists(host.Folder["new"]));
    }

    [Fact]
    public async Task Recover_NothingSaved_SaysWhatIsMissing()
    {
        using var host = await new CliHost().WithVaultAsync();
        await KnownPoint.AddAsync(host.Vault, KnownPoint.Disk(1));
        var call = (await host.BareAsync(
            "recover", "--vault", host.Vault, "--data", host.Folder["new"], "--passphrase-file", host.PassphraseFile, "--lang", "en")).Must();
        Assert.Contains("No catalog that can be read", call.Out, StringComparison.Ordinal);
        Assert.Contains("1 recovery point is", call.Out, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Recover_NewestCopyDamaged_EndsWithDamageAndNamesIt()
    {
        using var host = await new CliHost().WithVaultAsync();
        var point = await KnownPoint.AddAsync(host.Vault, KnownPoint.Disk(1));
        for (var i = 0; i < 2; i++) await RestoreAsync(host, point);
        var newest = Directory.GetFiles(Path.Combine(host.Vault, "saved"), "*", SearchOption.AllDirectories).Order(StringComparer.Ordinal).Last();
        File.WriteAllBytes(newest, [.. File.ReadAllBytes(newest).Reverse()]);
        var call = await host.BareAsync(
            "recover", "--vault", host.Vault, "--data", host.Folder["new"], "--passphrase-file", host.PassphraseFile, "--lang", "en");
        Assert.Equal(6, call.ExitCode);
        Assert.Contains("with 1 job.", call.Out, StringComparison.Ordinal);
        Assert.Contains(Path.GetFileName(newest), call.Error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("recover", "usage-choose-one")]
    [InlineData("recover --vault /v --recovery-key-file a --passphrase-file b", "usage-conflict")]
    public async Task Recover_WithoutWhatItNeeds_IsAUsageError(string words, string code)
    {
        using var host = new CliHost();
        (await host.BareAsync([.. words.Split(' '), "--json"])).MustFail(2, code);
    }

    [Fact]
    public async Task SavedCatalog_InTheVault_HoldsNoSecretAndShowsNothingWithoutOne()
    {
        using var host = new CliHost();
        var key = host.Folder["key"];
        (await host.RunAsync("vault", "init", host.Vault, "--recovery-key-file", key)).Must();
        var point = await KnownPoint.AddAsync(host.Vault, KnownPoint.Disk(1));
        await RestoreAsync(host, point);
        (await host.RunAsync("vault", "gc")).Must();
        var recoveryKey = (await File.ReadAllTextAsync(key)).Trim();
        await using var vault = await OpenVault.OpenAsync(new FolderStore(host.Vault), VaultSecret.FromRecoveryKey(recoveryKey), TimeProvider.System, default);
        var copies = await VaultSaved.ListAsync(vault, default);
        Assert.Equal(2, copies.Count); // the restore's and the collection's
        foreach (var copy in copies)
        {
            var plain = (await VaultSaved.ReadAsync(vault, copy, default))!.Bytes;
            Assert.True(Has(plain.Span, FakeHost.VmName), "the search finds nothing at all");
            foreach (var secret in new[] { "open sesame", recoveryKey }) Assert.False(Has(plain.Span, secret));
            var stored = File.ReadAllBytes(Path.Combine(host.Vault, copy.Name));
            // Two or three letters of a machine's name stand in any ciphertext sooner or later.
            foreach (var text in new[] { FakeHost.VmName, host.Vault, "SQLite", Environment.MachineName }.Where(t => t.Length > 4)) Assert.False(Has(stored, text), text);
        }
    }

    [Fact]
    public async Task Gc_FromAMachineThatOnlyHelpsOut_SavesNothing()
    {
        using var host = await new CliHost().WithVaultAsync();
        (await host.BareAsync("vault", "gc", "--vault", host.Vault, "--data", host.Folder["other"], "--passphrase-file", host.PassphraseFile)).Must();
        Assert.False(Directory.Exists(Path.Combine(host.Vault, "saved")));
        Assert.False(Directory.Exists(host.Folder["other"]));
    }

    private static bool Has(ReadOnlySpan<byte> bytes, string text) => bytes.IndexOf(Encoding.UTF8.GetBytes(text)) >= 0;

    private static async Task<System.Text.Json.JsonElement> RestoreAsync(CliHost host, string point) =>
        (await host.JsonAsync("restore", point, "--disk", $"vda={host.Folder[$"{Guid.NewGuid():N}.raw"]}")).Must().Json;
}
