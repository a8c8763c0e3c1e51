using Stillpoint.Model;
using Stillpoint.Vault;
using Stillpoint.Vault.Stores;

namespace Stillpoint.Bench.VaultCost;

/// <summary>A vault of small VMs: disks of 128 MiB, 2 MiB changed from point to point, the contents from a seed.</summary>
internal static class Scene
{
    public const int DiskBlocks = 1024;
    public const int ChangedBlocks = 16;

    public static Task<OpenVault> OpenAsync(IBlobStore store) => OpenVault.OpenAsync(store, new Passphrase("bench"), TimeProvider.System, default);

    public static SeriesId SeriesOf(int vm) => new(new Guid(vm, 0, 0x4000, 0x80, 0, 0, 0, 0, 0, 0xBE, 0x0C));

    public static async Task<PointInfo> BackupAsync(IBlobStore store, int vm, int number)
    {
        await using var vault = await OpenAsync(store);
        var @base = number == 0 ? null : (await vault.ListPointsAsync(SeriesOf(vm), default))[^1];
        await using var writer = await vault.BeginPointAsync(PointId.New(TimeProvider.System), SeriesOf(vm), $"vm{vm}", @base, default);
        var tree = writer.BeginTree("vda", (long)DiskBlocks * vault.BlockSize, @base?.FindTree("vda"));
        var block = new byte[vault.BlockSize];
        var random = new Random(HashCode.Combine(vm, number));
        // The first point fills the disk with what compresses well, the others change blocks here and there.
        for (var i = 0; i < (@base is null ? DiskBlocks : ChangedBlocks); i++)
        {
            random.NextBytes(block.AsSpan(0, @base is null ? 64 : block.Length / 16));
            tree.Put(@base is null ? i : (long)random.Next(DiskBlocks / ChangedBlocks) + i * (DiskBlocks / ChangedBlocks), block);
        }
        return await writer.CommitAsync(1, "metadata of a point"u8.ToArray(), default);
    }

    /// <summary>The first block of a restore, from nothing open at all.</summary>
    public static async Task StartRestoreAsync(IBlobStore store, int vm)
    {
        await using var vault = await OpenAsync(store);
        var points = await vault.ListPointsAsync(SeriesOf(vm), default);
        await using var reader = await vault.OpenTreeAsync(points[^1], "vda", default);
        await reader.ReadAsync(0, new byte[vault.BlockSize], default);
    }

    public static async Task<int> ListAsync(IBlobStore store, int? vm)
    {
        await using var vault = await OpenAsync(store);
        return (await vault.ListPointsAsync(vm is { } v ? SeriesOf(v) : null, default)).Count;
    }
}
