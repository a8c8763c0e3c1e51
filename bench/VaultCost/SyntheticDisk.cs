using System.Security.Cryptography;
using Stillpoint.Model;
using Stillpoint.Vault;
using Stillpoint.Vault.Index;
using Stillpoint.Vault.Packs;
using Stillpoint.Vault.Points;
using Stillpoint.Vault.Sealed;
using Stillpoint.Vault.Stores;
using Stillpoint.Vault.Trees;

namespace Stillpoint.Bench.VaultCost;

/// <summary>A point of one disk of a TiB, all of it unique: real pages, in real packs, that name blocks of a <see cref="SyntheticIndex"/>.</summary>
internal sealed class SyntheticDisk : IDisposable
{
    private const int PackBuffer = 4 << 20;
    private readonly IBlobStore _store;
    private readonly VaultParts _parts;
    private readonly BlockHasher _hasher;
    private readonly BlockCodec _codec = new();
    private readonly List<(PackRef, IReadOnlyList<PackEntry>)> _packs = [];
    private PackBuilder? _pack;

    private SyntheticDisk(IBlobStore store, VaultParts parts) => (_store, _parts, _hasher) = (store, parts, new(parts.Keys));

    public static async Task AddAsync(IBlobStore store, long first, int number)
    {
        await using var vault = await Scene.OpenAsync(store);
        using var disk = new SyntheticDisk(store, vault.Parts);
        var tree = new TreeInfo("vda", 1L << 40, await disk.RootAsync(first));
        var point = new PointInfo(PointId.New(TimeProvider.System), Scene.SeriesOf(number), $"vm{number}", DateTimeOffset.UnixEpoch, 1, [tree], default, 0);
        var name = Manifest.NameOf(point.Series, point.Id);
        await store.TryPutAsync(name, [SealedObject.Seal(vault.Parts.Keys, SealedKind.Manifest, name, Manifest.Write(point, default))], default);
    }

    public void Dispose()
    {
        _hasher.Dispose();
        _codec.Dispose();
    }

    private async Task<BlockId> RootAsync(long first)
    {
        var ids = Enumerable.Range(0, SyntheticIndex.EntriesPerTib).Select(i => SyntheticIndex.IdOf(first + i)).ToList();
        for (var level = new TreeShape(1L << 40, _parts.Header.BlockSize).Depth; level > 0; level--)
        {
            var above = new List<BlockId>();
            for (var at = 0; at < ids.Count; at += TreeShape.Fan) above.Add(await PageAsync(ids.GetRange(at, Math.Min(TreeShape.Fan, ids.Count - at))));
            ids = above;
        }
        await StoreAsync();
        var bytes = SegmentWriter.Build(_parts.Keys, _packs, []);
        await _store.TryPutAsync(IndexFormat.Folder + Convert.ToHexStringLower(SHA256.HashData(bytes)), [bytes], default);
        return ids.Single();
    }

    private async Task<BlockId> PageAsync(List<BlockId> slots)
    {
        var page = new byte[PackFormat.PageSize];
        for (var i = 0; i < slots.Count; i++) slots[i].CopyTo(page.AsSpan(i * BlockId.Size));
        var id = _hasher.Hash(EntryKind.Page, page);
        if (_pack is not null && !_pack.HasRoomFor(page.Length)) await StoreAsync();
        _pack ??= new(_parts.Keys, PackKind.Pages, new byte[PackBuffer]);
        _pack.Add(EntryKind.Page, id, page, default, default, _codec);
        return id;
    }

    private async Task StoreAsync()
    {
        if (_pack is null) return;
        var done = _pack.Finish();
        _packs.Add((await PackStore.PutAsync(_store, done, default), done.Entries));
        _pack.Dispose();
        _pack = null;
    }
}
