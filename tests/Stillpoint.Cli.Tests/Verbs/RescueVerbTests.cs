using Stillpoint.Cli.Tests.Hosting;
using Stillpoint.Control;
using Stillpoint.Model;
using Xunit;

namespace Stillpoint.Cli.Tests.Verbs;

public sealed class RescueVerbTests
{
    [Fact]
    public async Task Restore_WithTheFolderAndTheRecoveryKeyAlone_GivesEveryByteBack()
    {
        using var host = new CliHost();
        var key = host.Folder["key"];
        (await host.RunAsync("vault", "init", host.Vault, "--recovery-key-file", key)).Must();
        var disk = KnownPoint.Disk(1);
        var point = await KnownPoint.AddAsync(host.Vault, disk);
        // The catalog is what was lost.
        Directory.Delete(host.Data, recursive: true);
        var engine = new RealEngine(TimeProvider.System);
        host.Engine.Restore = async (order, events, ct) =>
        {
            await using var vault = await Vault.OpenVault.OpenAsync(
                new Vault.Stores.FolderStore(host.Vault), Vault.VaultSecret.FromRecoveryKey(File.ReadAllText(key).Trim()), TimeProvider.System, ct);
            return await engine.RestoreAsync(null, vault, new(host.Folder["w"], host.Folder["w"]), order, events, ct);
        };

        var list = (await host.BareAsync("rescue", "list", "--vault", host.Vault, "--recovery-key-file", key, "--data", host.Data, "--json")).Must().Json;
        Assert.Equal(point, list.GetProperty("points")[0].GetProperty("point").GetString());
        (await host.BareAsync(
            "rescue", "restore", point, "--disk", $"vda={host.Folder["vda.raw"]}", "--vault", host.Vault, "--recovery-key-file", key, "--data", host.Data)).Must();
        Assert.True(disk.AsSpan().SequenceEqual(File.ReadAllBytes(host.Folder["vda.raw"])));
        Assert.Equal((0, false), (host.Connections, Directory.Exists(host.Data)));
    }

    [Theory]
    [InlineData("rescue list", "usage-choose-one")]
    [InlineData("rescue restore p --vault /v", "usage-choose-one")]
    [InlineData("rescue list --vault /v --recovery-key-file a --passphrase-file b", "usage-conflict")]
    public async Task Rescue_WithoutWhatItNeeds_IsAUsageError(string words, string code)
    {
        using var host = new CliHost();
        (await host.BareAsync([.. words.Split(' '), "--json"])).MustFail(2, code);
    }

    [Fact]
    public async Task Rescue_WrongRecoveryKey_IsToldAsWrongSecret()
    {
        using var host = await new CliHost().WithVaultAsync();
        CliHost.Secret(host.Folder["key"], "sprk1-00000\n");
        (await host.BareAsync("rescue", "list", "--vault", host.Vault, "--recovery-key-file", host.Folder["key"], "--json")).MustFail(5, "vault-wrong-passphrase");
    }
}
