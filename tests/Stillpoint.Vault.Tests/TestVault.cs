using Stillpoint.Model;
using Stillpoint.Vault.Stores;

namespace Stillpoint.Vault.Tests;

/// <summary>A vault in a folder of its own, gone with the test. Few key rounds: what is tested here is not their number.</summary>
internal sealed class TestVault : IAsyncDisposable
{
    public const string Passphrase = "correct horse";
    public static readonly SeriesId Series = new(Guid.Parse("6f1d2a34-0000-4000-8000-000000000001"));

    private TestVault(string folder) => Folder = folder;

    public string Folder { get; }

    public FolderStore Store => new(Folder);

    public string RecoveryKey { get; private set; } = "";

    public static VaultSettings Settings(int blockSize = 16 * 1024, bool delta = true) => new(blockSize, delta, PassphraseRounds: 10);

    public static async Task<TestVault> CreateAsync(int blockSize = 16 * 1024, bool delta = true)
    {
        var vault = new TestVault(Path.Combine(Path.GetTempPath(), $"stillpoint-test-{Guid.NewGuid():N}"));
        Directory.CreateDirectory(vault.Folder);
        vault.RecoveryKey = (await VaultInit.CreateAsync(vault.Store, Settings(blockSize, delta), Passphrase, TimeProvider.System, default)).RecoveryKey;
        return vault;
    }

    public Task<OpenVault> OpenAsync(IBlobStore? store = null) => OpenVault.OpenAsync(store ?? Store, new Passphrase(Passphrase), TimeProvider.System, default);

    /// <summary>One point with one tree <c>vda</c>; blocks of <paramref name="content"/> put in parallel, zero ones too.</summary>
    public static async Task<PointInfo> PutAsync(OpenVault vault, byte[] content, PointInfo? @base = null, IEnumerable<long>? only = null, string tree = "vda")
    {
        await using var writer = await vault.BeginPointAsync(PointId.New(TimeProvider.System), Series, "web", @base, default);
        var t = writer.BeginTree(tree, content.Length, @base?.FindTree(tree));
        await Parallel.ForEachAsync(only ?? Blocks(t.BlockCount), (b, _) =>
        {
            t.Put(b, Block(content, b, vault.BlockSize));
            return default;
        });
        return await writer.CommitAsync(1, "meta"u8.ToArray(), default);
    }

    public static async Task<byte[]> CopyAsync(OpenVault vault, PointInfo point, string tree = "vda")
    {
        await using var reader = await vault.OpenTreeAsync(point, tree, default);
        var target = new MemoryTarget(reader.SizeBytes);
        var progress = 0L;
        await reader.CopyToAsync(target, n => Interlocked.Add(ref progress, n), default);
        if (progress != reader.SizeBytes) throw new InvalidOperationException($"progress told {progress} of {reader.SizeBytes}");
        return target.Bytes;
    }

    public static ReadOnlySpan<byte> Block(byte[] content, long block, int blockSize) =>
        content.AsSpan((int)(block * blockSize), (int)Math.Min(blockSize, content.Length - block * blockSize));

    public static IEnumerable<long> Blocks(long count)
    {
        for (var i = 0L; i < count; i++) yield return i;
    }

    public ValueTask DisposeAsync()
    {
        Directory.Delete(Folder, recursive: true);
        return ValueTask.CompletedTask;
    }
}
