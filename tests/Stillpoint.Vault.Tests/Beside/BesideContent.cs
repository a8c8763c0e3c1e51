using Stillpoint.Model;
using Stillpoint.Vault.Stores;

namespace Stillpoint.Vault.Tests.Beside;

/// <summary>
/// A vault and its copy in which every operation finds something to do: a forgotten point, points that a collection took and left half-dead packs of, deltas, and a
/// point that the copy lacks.
/// </summary>
/// <param name="Dead">What a point had that is gone.</param>
internal sealed record BesideContent(
    PointInfo Forgotten, PointInfo Base, PointInfo Other, PointInfo NotInCopy, IReadOnlyDictionary<PointId, byte[]> Bytes, byte[] Dead)
{
    public const int BlockSize = 16 * 1024;
    private static readonly SeriesId Db = new(Guid.Parse("6f1d2a34-0000-4000-8000-000000000002"));

    /// <summary>What a backup makes of the base: a delta, a new block, and what lies in packs that are being collected and repacked.</summary>
    public byte[] Next()
    {
        var bytes = (byte[])Bytes[Base.Id].Clone();
        bytes[BlockSize + 3] ^= 1;
        new Random(5).NextBytes(bytes.AsSpan(2 * BlockSize, BlockSize));
        Dead.AsSpan(0, 4 * BlockSize).CopyTo(bytes.AsSpan(4 * BlockSize));
        Bytes[Forgotten.Id].AsSpan(8 * BlockSize, 4 * BlockSize).CopyTo(bytes.AsSpan(8 * BlockSize));
        return bytes;
    }

    public static async Task MakeAsync(IBlobStore store, IBlobStore copy)
    {
        var disks = new Disks();
        await VaultInit.CreateAsync(store, new(BlockSize, PassphraseRounds: 1), "p", TimeProvider.System, default);
        await using var vault = await OpenVault.OpenAsync(store, new Passphrase("p"), TimeProvider.System, default);
        var w0 = await BesideWork.PutAsync(vault, TestVault.Series, disks.Web0, null);
        var w1 = await BesideWork.PutAsync(vault, TestVault.Series, disks.Web1, w0);
        var w2 = await BesideWork.PutAsync(vault, TestVault.Series, disks.Web2, w1);
        var d0 = await BesideWork.PutAsync(vault, Db, disks.Db0, null);
        await BesideWork.PutAsync(vault, Db, disks.Db1, d0);
        await VaultCopy.RunAsync(vault, copy, null, null, default);
        foreach (var place in new[] { store, copy })
        {
            // As a collection leaves it that died before it came to the packs.
            foreach (var taken in new[] { w0, d0 }) await place.DeleteAsync($"points/{taken.Series}/{taken.Id}", default);
            await using var at = await OpenVault.OpenAsync(place, new Passphrase("p"), TimeProvider.System, default);
            await VaultForget.ForgetAsync(at, [w1], default);
        }
        await BesideWork.PutAsync(vault, TestVault.Series, disks.Web3, w2);
    }

    /// <summary>As <see cref="MakeAsync"/> left it, perhaps in another process.</summary>
    public static async Task<BesideContent> FindAsync(IBlobStore store, IBlobStore copy)
    {
        await using var vault = await OpenVault.OpenAsync(store, new Passphrase("p"), TimeProvider.System, default);
        await using var twin = await OpenVault.OpenAsync(copy, new Passphrase("p"), TimeProvider.System, default);
        var (points, inCopy) = (await vault.ListPointsAsync(null, default), await twin.ListPointsAsync(TestVault.Series, default));
        var w1 = (await vault.ListForgottenAsync(default)).Single().Point;
        var w2 = points.Single(p => p.Id == inCopy.Single().Id);
        var d1 = points.Single(p => p.Series == Db);
        var w3 = points.Single(p => p.Id != w2.Id && p.Id != d1.Id);
        var disks = new Disks();
        return new(w1, w2, d1, w3, new Dictionary<PointId, byte[]> { [w1.Id] = disks.Web1, [w2.Id] = disks.Web2, [d1.Id] = disks.Db1, [w3.Id] = disks.Web3 }, disks.Db0);
    }

    /// <summary>Always the same.</summary>
    private sealed class Disks
    {
        private readonly Random _random = new(11);

        public Disks()
        {
            Web0 = new byte[16 * BlockSize - 100];
            _random.NextBytes(Web0);
            Web1 = (byte[])Web0.Clone();
            for (var block = 0; block < 4; block++) _random.NextBytes(Web1.AsSpan(block * BlockSize + 50, 40));
            Web2 = (byte[])Web1.Clone();
            _random.NextBytes(Web2.AsSpan(4 * BlockSize, 10 * BlockSize));
            Db0 = new byte[12 * BlockSize];
            _random.NextBytes(Db0);
            Db1 = (byte[])Db0.Clone();
            _random.NextBytes(Db1.AsSpan(0, 9 * BlockSize));
            Web3 = (byte[])Web2.Clone();
            _random.NextBytes(Web3.AsSpan(15 * BlockSize, 100));
            Db0.AsSpan(0, BlockSize).CopyTo(Web3.AsSpan(14 * BlockSize)); // one that in the copy lies in a pack that is repacked
        }

        public byte[] Web0 { get; }

        public byte[] Web1 { get; }

        public byte[] Web2 { get; }

        public byte[] Web3 { get; }

        public byte[] Db0 { get; }

        public byte[] Db1 { get; }
    }
}
