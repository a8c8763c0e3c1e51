using Stillpoint.Model;
using Stillpoint.TestKit;
using Stillpoint.Vault.Stores;
using Xunit;

namespace Stillpoint.Vault.Tests.Golden;

/// <summary>
/// Makes a golden vault: run once per version of the format, by hand (<c>Stillpoint.Vault.Tests -explicit only -method '*GoldenVaultMaker*'</c>), and never
/// again for a version that was released: vaults out there look like the one checked in, whatever the code does today.
/// </summary>
public sealed class GoldenVaultMaker
{
    private const string Version = "v1";

    [Fact(Explicit = true)]
    public async Task Make_NewVersion_WritesTheVault()
    {
        var folder = Repository.PathOf("tests", "Stillpoint.Vault.Tests", "Golden", Version);
        Assert.False(Directory.Exists(folder), $"{folder} is there: a golden vault is made once");
        Directory.CreateDirectory(folder);
        var store = new FolderStore(folder);
        var made = await VaultInit.CreateAsync(
            store, new VaultSettings(GoldenContent.Block, PassphraseRounds: 10), GoldenVaultTests.Passphrase, TimeProvider.System, default);
        await using (var vault = await OpenVault.OpenAsync(store, new Passphrase(GoldenVaultTests.Passphrase), TimeProvider.System, default))
        {
            var p1 = await PutAsync(vault, GoldenVaultTests.Web, "web", 1, null, ("vda", GoldenContent.First()));
            var p2 = await PutAsync(vault, GoldenVaultTests.Web, "web", 3, p1, ("vda", GoldenContent.Second()));
            await PutAsync(vault, GoldenVaultTests.Web, "web", 2, p2, ("vda", GoldenContent.Third()));
            await PutAsync(vault, GoldenVaultTests.Database, "database", 1, null, ("vda", GoldenContent.Wide()), ("vdb", []));
        }

        // Not secret: it opens nothing but this vault.
        await File.WriteAllTextAsync(Path.Combine(folder, "..", Version + ".recovery-key"), made.RecoveryKey + "\n");
        Assert.InRange(new DirectoryInfo(folder).EnumerateFiles("*", SearchOption.AllDirectories).Sum(f => f.Length), 1, 200 * 1024);
    }

    private static async Task<PointInfo> PutAsync(
        OpenVault vault, SeriesId series, string label, int rank, PointInfo? @base, params (string Name, byte[] Content)[] trees)
    {
        await using var writer = await vault.BeginPointAsync(PointId.New(TimeProvider.System), series, label, @base, default);
        foreach (var (name, content) in trees)
        {
            var tree = writer.BeginTree(name, content.Length, @base?.FindTree(name));
            for (var block = 0L; block < tree.BlockCount; block++) tree.Put(block, TestVault.Block(content, block, vault.BlockSize));
        }

        return await writer.CommitAsync(rank, "golden"u8.ToArray(), default);
    }
}
