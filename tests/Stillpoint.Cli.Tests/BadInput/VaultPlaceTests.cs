using System.Security.Cryptography;
using Stillpoint.Cli.Tests.Hosting;
using Stillpoint.Control.Tests.Fakes;
using Stillpoint.TestKit;
using Xunit;

namespace Stillpoint.Cli.Tests.BadInput;

/// <summary>A vault in a place, or of a kind, that cannot be worked with: told by its own code, and nothing is harmed.</summary>
public sealed class VaultPlaceTests
{
    [Fact]
    public async Task ForeignFiles_BesideAndInsideTheVault_DisturbNothing()
    {
        using var host = await new CliHost().WithVaultAsync();
        var disk = KnownPoint.Disk(1);
        await KnownPoint.AddAsync(host.Vault, disk);
        var inner = Directory.EnumerateDirectories(Path.Combine(host.Vault, "points")).Single();
        foreach (var folder in new[] { host.Vault, Path.Combine(host.Vault, "packs"), Path.Combine(host.Vault, "keys"), Path.Combine(host.Vault, "index"), Path.Combine(host.Vault, "points"), inner })
        {
            File.WriteAllText(Path.Combine(folder, ".DS_Store"), "x");
            File.WriteAllText(Path.Combine(folder, "Thumbs.db"), "x");
            Directory.CreateDirectory(Path.Combine(folder, "@eaDir"));
            File.WriteAllText(Path.Combine(folder, "@eaDir", "SYNO@x"), "x");
        }
        Assert.Equal(1, (await host.JsonAsync("point", "list")).Must().Json.GetProperty("points").GetArrayLength());
        (await host.RunAsync("vault", "verify")).Must();
        (await host.RunAsync("vault", "verify", "--full")).Must();
        (await host.RunAsync("vault", "rebuild-index", "--yes")).Must();
        await KnownPoint.AddAsync(host.Vault, disk);
        (await host.RunAsync("vault", "copy", host.Folder["copy"])).Must();
        (await host.RunAsync("vault", "verify", "--full", "--vault", host.Folder["copy"])).Must();
    }

    [Theory]
    [InlineData(".DS_Store")]
    [InlineData("Holiday 2026.jpg")]
    [InlineData("notes.txt")]
    [InlineData("points/x")]
    public async Task Init_FolderWithForeignFiles_IsRefusedAndNamesOne(string file)
    {
        using var host = new CliHost();
        Directory.CreateDirectory(Path.GetDirectoryName(Path.Combine(host.Vault, file))!);
        File.WriteAllText(Path.Combine(host.Vault, file), "mine");
        var call = await host.JsonAsync("vault", "init", host.Vault);
        call.MustFail(1, "vault-folder-not-empty");
        Assert.Equal(file, call.Json.GetProperty("error").GetProperty("evidence")[0].GetProperty("text").GetString());
        Assert.Equal([Path.Combine(host.Vault, file)], Directory.EnumerateFiles(host.Vault, "*", SearchOption.AllDirectories));
    }

    [Theory]
    [InlineData(8, 2, 1, "vault-format-newer")]
    [InlineData(8, 0, 6, "vault-damaged")]
    [InlineData(32, 2, 1, "vault-format-newer")]
    [InlineData(14, 9, 1, "vault-format-newer")]
    public async Task Vault_OfAnotherFormat_IsToldApartFromDamage(int offset, byte value, int exitCode, string code)
    {
        using var host = await new CliHost().WithVaultAsync();
        var file = Path.Combine(host.Vault, "vault");
        var bytes = File.ReadAllBytes(file);
        bytes[offset] = value;
        SHA256.HashData(bytes.AsSpan(0, 160), bytes.AsSpan(160));
        File.WriteAllBytes(file, bytes);
        foreach (var words in new[] { "point list", "vault verify", "vault key list", "vault stats" }) (await host.JsonAsync(words.Split(' '))).MustFail(exitCode, code);
    }

    [Fact]
    public async Task Vault_CopiedByOtherMeans_IsChosenOnlyWhenConfirmed()
    {
        using var host = await new CliHost().WithVaultAsync();
        await KnownPoint.AddAsync(host.Vault, KnownPoint.Disk(1));
        var twice = host.Folder["twice"];
        (await Tool.RunAsync("cp", "-a", host.Vault, twice)).Must();
        (await host.JsonAsync("vault", "copy", twice)).MustFail(1, "vault-id-twice");
        (await host.JsonAsync("point", "list", "--vault", twice)).Must();
        (await host.JsonAsync("vault", "use", twice)).MustFail(1, "not-confirmed");
        Assert.Equal(host.Vault, (await host.JsonAsync("vault", "stats")).Must().Json.GetProperty("path").GetString());
        (await host.RunAsync("vault", "use", twice, "--yes")).Must();
        (await host.JsonAsync("vault", "use", host.Vault)).MustFail(1, "not-confirmed");
        // The other is gone: what is left is the vault, wherever it lies.
        Directory.Delete(twice, recursive: true);
        (await host.RunAsync("vault", "use", host.Vault)).Must();
    }

    [Fact]
    public async Task Copy_MadeByTheProgram_IsAVaultOfItsOwn()
    {
        using var host = await new CliHost().WithVaultAsync();
        var point = await KnownPoint.AddAsync(host.Vault, KnownPoint.Disk(1));
        await KnownPoint.AddAsync(host.Vault, KnownPoint.Disk(2), new(Guid.NewGuid()), "other");
        var copy = host.Folder["copy"];
        (await host.JsonAsync("vault", "copy", copy, "--vm", "nobody")).MustFail(3, "vm-not-found");
        var json = (await host.JsonAsync("vault", "copy", copy, "--vm", FakeHost.VmName)).Must().Json;
        Assert.Equal((true, point, 1), (json.GetProperty("made").GetBoolean(), json.GetProperty("points")[0].GetString(), json.GetProperty("points").GetArrayLength()));
        Assert.Contains("Recovery points copied: 1; there before: 1.", (await host.RunAsync("vault", "copy", copy)).Must().Out, StringComparison.Ordinal);
        (await host.RunAsync("backup", FakeHost.VmName, "--vault", copy)).Must();
        (await host.RunAsync("backup", FakeHost.VmName)).Must();
    }
}
