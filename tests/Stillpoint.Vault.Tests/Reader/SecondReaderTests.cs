using Stillpoint.TestKit;
using Xunit;

namespace Stillpoint.Vault.Tests.Reader;

[Trait("Needs", Needs.Tools)]
public sealed class SecondReaderTests : IDisposable
{
    private const int Block = 16 * 1024;
    private readonly TempFolder _secrets = new();

    public void Dispose() => _secrets.Dispose();

    [Theory]
    [InlineData(1)]
    [InlineData(Block)]
    [InlineData(256 * Block)]
    [InlineData(257 * Block + 5)]
    public async Task Restore_FullPoint_SameBytes(int size)
    {
        await SecondReader.NeedAsync();
        await using var test = await TestVault.CreateAsync();
        await using var vault = await test.OpenAsync();
        var content = TestData.Disk(size, 11);
        var point = await TestVault.PutAsync(vault, content);
        Assert.Equal(content, await SecondReader.RestoreAsync(test.Folder, point, "vda", SecretFile(TestVault.Passphrase)));
    }

    [Fact]
    public async Task Restore_DeltaBlocks_SameBytesWithEachSecretAndWithoutIndex()
    {
        await SecondReader.NeedAsync();
        await using var test = await TestVault.CreateAsync();
        await using var vault = await test.OpenAsync();
        var (first, second, third) = ThreeVersions();
        var p1 = await TestVault.PutAsync(vault, first);
        var p2 = await TestVault.PutAsync(vault, second, p1);
        var p3 = await TestVault.PutAsync(vault, third, p2);
        // Sixteen random blocks changed by a few bytes: stored whole they would take 256 KiB.
        Assert.True(p2.BytesStored < 64 * 1024, $"no delta blocks in this vault: {p2.BytesStored} bytes");

        Assert.Equal(first, await SecondReader.RestoreAsync(test.Folder, p1, "vda", SecretFile(test.RecoveryKey.ToUpperInvariant())));
        Assert.Equal(second, await SecondReader.RestoreAsync(test.Folder, p2, "vda", SecretFile(TestVault.Passphrase)));
        Assert.Equal(third, await SecondReader.RestoreAsync(test.Folder, p3, "vda", SecretFile(TestVault.Passphrase)));

        Directory.Delete(Path.Combine(test.Folder, "index"), recursive: true);
        Assert.Equal(third, await SecondReader.RestoreAsync(test.Folder, p3, "vda", SecretFile(TestVault.Passphrase)));
    }

    [Fact]
    public async Task List_TwoPoints_NamesThem()
    {
        await SecondReader.NeedAsync();
        await using var test = await TestVault.CreateAsync();
        await using var vault = await test.OpenAsync();
        var p1 = await TestVault.PutAsync(vault, new byte[100]);
        var p2 = await TestVault.PutAsync(vault, new byte[Block], p1);
        var listed = (await SecondReader.RunAsync("list", test.Folder, SecretFile(TestVault.Passphrase))).Must().Out;
        Assert.Equal(
            [$"{p1.Id} {TestVault.Series} rank=1 vda:100 web", $"{p2.Id} {TestVault.Series} rank=1 vda:16384 web"],
            listed.Split('\n', StringSplitOptions.RemoveEmptyEntries).Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task List_ForgottenPoint_IsNotNamed_AndWhatWasCollectedAndRepackedReads()
    {
        await SecondReader.NeedAsync();
        await using var test = await TestVault.CreateAsync();
        await using var vault = await test.OpenAsync();
        var (first, second, third) = ThreeVersions();
        var p1 = await TestVault.PutAsync(vault, first);
        var p2 = await TestVault.PutAsync(vault, second, p1);
        var p3 = await TestVault.PutAsync(vault, third, p2);
        await VaultForget.ForgetAsync(vault, [p1, p2], default);
        var listed = (await SecondReader.RunAsync("list", test.Folder, SecretFile(TestVault.Passphrase))).Must().Out;
        Assert.StartsWith($"{p3.Id} ", Assert.Single(listed.Split('\n', StringSplitOptions.RemoveEmptyEntries)), StringComparison.Ordinal);
        Assert.True((await VaultGc.RunAsync(vault, new(Now: true), default)).PacksDeleted > 0);
        Assert.Equal(third, await SecondReader.RestoreAsync(test.Folder, p3, "vda", SecretFile(TestVault.Passphrase)));
    }

    [Fact]
    public async Task List_WrongPassphrase_IsRefusedNotDamaged()
    {
        await SecondReader.NeedAsync();
        await using var test = await TestVault.CreateAsync();
        var result = await SecondReader.RunAsync("list", test.Folder, SecretFile("wrong horse"));
        Assert.Equal(1, result.ExitCode);
        Assert.Equal("refused: wrong secret\n", result.Error);
    }

    [Fact]
    public async Task Restore_FlippedBitInTheOnlyDataPack_IsDamaged()
    {
        await SecondReader.NeedAsync();
        await using var test = await TestVault.CreateAsync();
        await using var vault = await test.OpenAsync();
        var point = await TestVault.PutAsync(vault, TestData.Disk(Block, 3));
        var pack = Assert.Single(Directory.GetFiles(Path.Combine(test.Folder, "packs"), "*", SearchOption.AllDirectories));
        var bytes = await File.ReadAllBytesAsync(pack);
        bytes[100] ^= 1;
        File.SetUnixFileMode(pack, UnixFileMode.UserRead | UnixFileMode.UserWrite);
        await File.WriteAllBytesAsync(pack, bytes);
        using var folder = new TempFolder();
        var result = await SecondReader.RunAsync("restore", test.Folder, point.Id.ToString(), "vda", folder["disk"], SecretFile(TestVault.Passphrase));
        Assert.Equal(1, result.ExitCode);
        Assert.Contains("damaged: ", result.Error, StringComparison.Ordinal);
    }

    [Fact]
    public void Program_AtMost300Lines() => Assert.InRange(File.ReadAllLines(SecondReader.Program).Length, 1, 300);

    /// <summary>Random blocks, of which the second changes some; the third changes the same again, so that a delta's base is not its predecessor.</summary>
    private static (byte[] First, byte[] Second, byte[] Third) ThreeVersions()
    {
        var random = new Random(5);
        var first = new byte[64 * Block + 777];
        random.NextBytes(first);
        first.AsSpan(8 * Block, 4 * Block).Clear();
        var second = (byte[])first.Clone();
        for (var block = 16; block < 32; block++) random.NextBytes(second.AsSpan(block * Block + 100, 50));
        var third = (byte[])second.Clone();
        for (var block = 20; block < 24; block++) random.NextBytes(third.AsSpan(block * Block + 3000, 50));
        return (first, second, third);
    }

    private string SecretFile(string secret)
    {
        var file = _secrets[Guid.NewGuid().ToString("N")];
        File.WriteAllText(file, secret + "\n");
        return "--passphrase-file=" + file;
    }
}
