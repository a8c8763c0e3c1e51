using System.Security.Cryptography;
using Stillpoint.TestKit;
using Stillpoint.Vault.Stores;
using Stillpoint.Vault.Tests.Reader;
using Xunit;

namespace Stillpoint.Vault.Tests.Golden;

/// <summary>
/// Vaults that were written once, by the code of their day. Whatever changes, they open, list and give the same bytes for ever. The sums are written here by hand, from
/// <c>sha256sum</c> of the disks that the second reader restored.
/// </summary>
public sealed class GoldenVaultTests : IDisposable
{
    public const string Passphrase = "golden passphrase";
    public static readonly SeriesId Web = new(Guid.Parse("11111111-2222-4333-8444-555555555555"));
    public static readonly SeriesId Database = new(Guid.Parse("99999999-8888-4777-8666-555555555555"));
    private readonly TempFolder _copy = new();

    /// <summary>Format, series, number of the point in it, disk, size, sum.</summary>
    public static TheoryData<string, string, int, string, long, string> Disks => new()
    {
        { "v1", "web", 0, "vda", 426317, "d7d4fdd12a0cef92cb7ff18917c38ac81cb50cfd5d35f97e66c493277ee541d9" },
        { "v1", "web", 1, "vda", 442368, "bc8fb7206ef73311594d9b5ac4b3cec4ec4d329adcb5aef5bffd5589e0e80217" },
        { "v1", "web", 2, "vda", 327680, "08636e4f9a3f7d8ce03a8a98f53de0efbca957437455e096cf1f0b0adb310dee" },
        { "v1", "database", 0, "vda", 4915201, "c6975e2b4724c44db80df88a37a5266de9911c31a724673c6bd5d507a0db77c6" },
        { "v1", "database", 0, "vdb", 0, "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855" },
    };

    public void Dispose() => _copy.Dispose();

    [Theory]
    [MemberData(nameof(Disks))]
    public async Task Restore_GoldenPoint_SumIsKept(string version, string label, int number, string disk, long size, string sha256)
    {
        await using var vault = await OpenAsync(version, new Passphrase(Passphrase));
        var point = (await vault.ListPointsAsync(null, default)).Where(p => p.SeriesLabel == label).ElementAt(number);
        var bytes = await TestVault.CopyAsync(vault, point, disk);
        Assert.Equal(size, bytes.LongLength);
        Assert.Equal(sha256, Convert.ToHexStringLower(SHA256.HashData(bytes)));
    }

    [Theory]
    [Trait("Needs", Needs.Tools)]
    [MemberData(nameof(Disks))]
    public async Task SecondReader_GoldenPoint_SumIsKept(string version, string label, int number, string disk, long size, string sha256)
    {
        await SecondReader.NeedAsync();
        await using var vault = await OpenAsync(version, new Passphrase(Passphrase));
        var point = (await vault.ListPointsAsync(null, default)).Where(p => p.SeriesLabel == label).ElementAt(number);
        await File.WriteAllTextAsync(_copy["secret"], Passphrase);
        var bytes = await SecondReader.RestoreAsync(_copy[version], point, disk, "--passphrase-file", _copy["secret"]);
        Assert.Equal(size, bytes.LongLength);
        Assert.Equal(sha256, Convert.ToHexStringLower(SHA256.HashData(bytes)));
    }

    [Theory]
    [InlineData("v1")]
    public async Task List_GoldenVault_RanksLabelsMetadata(string version)
    {
        await using var vault = await OpenAsync(version, new RecoveryKey(await File.ReadAllTextAsync(Original(version + ".recovery-key"))));
        var points = await vault.ListPointsAsync(null, default);
        Assert.Equal(["web 1 vda", "web 3 vda", "web 2 vda", "database 1 vda vdb"],
            points.Select(p => $"{p.SeriesLabel} {p.Rank} {string.Join(' ', p.Trees.Select(t => t.Name))}"));
        Assert.All(points, p => Assert.Equal("golden"u8.ToArray(), p.Metadata.ToArray()));
        Assert.Equal([Web, Web, Web, Database], points.Select(p => p.Series));
        Assert.Equal(GoldenContent.Block, vault.BlockSize);
        Assert.Empty(await vault.ListDamagedAsync(default));
    }

    [Fact]
    public async Task Write_IntoACopyOfAGoldenVault_SharesItsBlocks()
    {
        await using var vault = await OpenAsync("v1", new Passphrase(Passphrase));
        var point = await TestVault.PutAsync(vault, GoldenContent.First());
        Assert.Equal(0, point.BytesStored);
    }

    private static string Original(string name) => Repository.PathOf("tests", "Stillpoint.Vault.Tests", "Golden", name);

    /// <summary>A copy: readers leave leases, and a golden vault is never written to.</summary>
    private async Task<OpenVault> OpenAsync(string version, VaultSecret secret)
    {
        foreach (var file in Directory.GetFiles(Original(version), "*", SearchOption.AllDirectories))
        {
            var target = _copy[version, Path.GetRelativePath(Original(version), file)];
            Directory.CreateDirectory(Path.GetDirectoryName(target)!);
            File.Copy(file, target);
        }

        return await OpenVault.OpenAsync(new FolderStore(_copy[version]), secret, TimeProvider.System, default);
    }
}
