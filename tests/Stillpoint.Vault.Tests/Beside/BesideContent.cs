using Stillpoint.Model;
using Stillpoint.Vault.Stores;

namespace Stillpoint.Vault.Tests.Beside;

/// <summary>
/// A vault and its copy in which every operation finds something to do: a forgotten point, points that a collection took and left half-dead packs of, deltas, and a
/// point that the copy lacks.
/// </summary>
internal sealed record BesideContent(
    PointInfo Forgotten, PointInfo Base, PointInfo Other, PointInfo NotInCopy, IReadOnlyDictionary<PointId, byte[]> Bytes, byte[] Dead)
{
    public const int BlockSize = 16 * 1024;
    private static readonly SeriesId Db = new(Guid.Parse("6f1d2a34-0000-4000-8000-000000000002"));

    public static async Task<BesideContent> MakeAsync(IBlobStore store, IBlobStore copy)
    {
        await VaultInit.CreateAsync(store, new(BlockSize, PassphraseRounds: 1), "p", TimeProvider.System, default);
        await using var vault = await OpenVault.OpenAsync(store, new Passphrase("p"), TimeProvider.System, default);
        var random = new Random(11);
        var bytes = new Dictionary<PointId, byte[]>();
        async Task<PointInfo> PutAsync(SeriesId series, byte[] content, PointInfo? @base)
        {
            var point = await BesideWork.PutAsync(vault, series, content, @base);
            bytes[point.Id] = content;
            return point;
        }

        var web = new byte[16 * BlockSize - 100];
        random.NextBytes(web);
        var w0 = await PutAsync(TestVault.Series, web, null);
        web = (byte[])web.Clone();
        for (var block = 0; block < 4; block++) random.NextBytes(web.AsSpan(block * BlockSize + 50, 40));
        var w1 = await PutAsync(TestVault.Series, web, w0);
        web = (byte[])web.Clone();
        random.NextBytes(web.AsSpan(4 * BlockSize, 10 * BlockSize));
        var w2 = await PutAsync(TestVault.Series, web, w1);
        var db = new byte[12 * BlockSize];
        random.NextBytes(db);
        var dead = db;
        var d0 = await PutAsync(Db, db, null);
        db = (byte[])db.Clone();
        random.NextBytes(db.AsSpan(0, 9 * BlockSize));
        var d1 = await PutAsync(Db, db, d0);
        await VaultCopy.RunAsync(vault, copy, null, null, default);
        foreach (var place in new[] { store, copy })
        {
            // As a collection leaves it that died before it came to the packs.
            foreach (var taken in new[] { w0, d0 }) await place.DeleteAsync($"points/{taken.Series}/{taken.Id}", default);
            await using var at = await OpenVault.OpenAsync(place, new Passphrase("p"), TimeProvider.System, default);
            await VaultForget.ForgetAsync(at, [w1], default);
        }
        web = (byte[])web.Clone();
        random.NextBytes(web.AsSpan(15 * BlockSize, 100));
        dead.AsSpan(0, BlockSize).CopyTo(web.AsSpan(14 * BlockSize)); // one that in the copy lies in a pack that is repacked
        var w3 = await PutAsync(TestVault.Series, web, w2);
        return new(w1, w2, d1, w3, bytes, dead);
    }
}
