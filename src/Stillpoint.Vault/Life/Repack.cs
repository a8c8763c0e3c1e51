using System.Security.Cryptography;
using Stillpoint.Model;
using Stillpoint.Vault.Index;
using Stillpoint.Vault.Packs;
using Stillpoint.Vault.Points;
using Stillpoint.Vault.Stores;

namespace Stillpoint.Vault.Life;

internal enum RepackEnd
{
    Done,

    /// <summary>The vault has no room for it.</summary>
    Full,

    /// <summary>An entry could not be read; that is recorded now, and its pack is let be from then on.</summary>
    Damaged,
}

/// <summary>Stores what lives in some packs again, in new ones, and indexes it. The old packs are then as dead as any.</summary>
internal sealed class Repack(VaultParts parts, IBlobStore store, MarkSet marks) : IDisposable
{
    private const int DataBuffer = 16 << 20, PageBuffer = 4 << 20;
    private readonly List<(PackRef Pack, IReadOnlyList<PackEntry> Entries)> _stored = [];
    private readonly BlockCodec _codec = new();
    private PackBuilder? _data, _pages;

    public long BytesStored => _stored.Sum(s => s.Pack.Length);

    /// <param name="progress">Called with the entries stored again so far, and with all.</param>
    /// <returns>Otherwise nothing has changed but packs that nobody knows, which are deleted again.</returns>
    public async Task<RepackEnd> RunAsync(IReadOnlySet<BlockId> packs, Action<long, long> progress, CancellationToken ct)
    {
        var end = RepackEnd.Full;
        try
        {
            var live = await LiveAsync(packs, ct).ConfigureAwait(false);
            for (var i = 0; i < live.Count; i++)
            {
                await CopyAsync(live[i], ct).ConfigureAwait(false);
                progress(i + 1, live.Count);
            }
            await StoreAsync(_data, ct).ConfigureAwait(false);
            await StoreAsync(_pages, ct).ConfigureAwait(false);
            var bytes = SegmentWriter.Build(parts.Keys, _stored, []);
            await store.TryPutAsync(IndexFormat.Folder + Convert.ToHexStringLower(SHA256.HashData(bytes)), [bytes], ct).ConfigureAwait(false);
            end = RepackEnd.Done;
        }
        catch (FailureException e) when (e.Failure.Code is FailureCode.VaultFull)
        {
        }
        catch (DamagedEntryException e)
        {
            await DamageRecords.PutAsync(parts, [e.Entry], ct).ConfigureAwait(false);
            end = RepackEnd.Damaged;
        }
        if (end == RepackEnd.Done) await MoveMarksAsync(packs, ct).ConfigureAwait(false);
        else foreach (var (pack, _) in _stored) await store.DeleteAsync(pack.ObjectName, ct).ConfigureAwait(false);
        return end;
    }

    public void Dispose()
    {
        _codec.Dispose();
        _data?.Dispose();
        _pages?.Dispose();
    }

    private async Task<List<Place>> LiveAsync(IReadOnlySet<BlockId> packs, CancellationToken ct)
    {
        var live = new List<Place>();
        await IndexWalk.RunAsync(parts, parts.Index.Segments, (segment, chunk, i, place) =>
        {
            if (packs.Contains(place.Pack.Name) && marks.Has(segment, chunk, i)) live.Add(place);
        }, ct).ConfigureAwait(false);
        // In the order in which they lie: what was written together is read together.
        live.Sort(static (a, b) => a.Pack.Name.CompareTo(b.Pack.Name) is var c && c != 0 ? c : a.Entry.Offset.CompareTo(b.Entry.Offset));
        return live;
    }

    private async Task CopyAsync(Place place, CancellationToken ct)
    {
        var entry = place.Entry;
        using var plain = RentedBytes.Of((int)Math.Min(entry.PlainLength, int.MaxValue));
        if (await TryReadAsync(place, plain.Memory, ct).ConfigureAwait(false) is not null) throw new DamagedEntryException((place.Pack.Name, entry.Id));
        // A delta stays one, on the same base: that is alive because of it, and stored whole somewhere.
        using var prefix = RentedBytes.Of(entry.Codec == Codec.Delta ? parts.Header.BlockSize : 0);
        if (prefix.Length > 0) await parts.Blocks.ReadBaseAsync(entry.Base, prefix.Memory, ct).ConfigureAwait(false);
        var isPage = entry.Kind == EntryKind.Page;
        var pack = isPage ? _pages : _data;
        if (pack is not null && !pack.HasRoomFor(plain.Length))
        {
            await StoreAsync(pack, ct).ConfigureAwait(false);
            pack = null;
        }
        pack ??= new(parts.Keys, isPage ? PackKind.Pages : PackKind.Data, GC.AllocateUninitializedArray<byte>(isPage ? PageBuffer : DataBuffer));
        if (isPage) _pages = pack;
        else _data = pack;
        pack.Add(entry.Kind, entry.Id, plain.Memory.Span, entry.Base, prefix.Memory.Span, _codec);
    }

    private async Task<string?> TryReadAsync(Place place, Memory<byte> plain, CancellationToken ct)
    {
        try
        {
            return await parts.Blocks.TryReadAsync(place, plain, ct).ConfigureAwait(false);
        }
        catch (FailureException e) when (e.Failure.Code == FailureCode.VaultDamaged)
        {
            return "base of a delta";
        }
    }

    private async Task StoreAsync(PackBuilder? pack, CancellationToken ct)
    {
        if (pack is null || pack.IsEmpty) return;
        var done = pack.Finish();
        if (ReferenceEquals(pack, _pages)) _pages = null;
        else _data = null;
        pack.Dispose();
        _stored.Add((await PackStore.PutAsync(store, done, ct).ConfigureAwait(false), done.Entries));
    }

    /// <summary>From the old entries to the new: the trees are the same.</summary>
    private async Task MoveMarksAsync(IReadOnlySet<BlockId> packs, CancellationToken ct)
    {
        await IndexWalk.RunAsync(parts, parts.Index.Segments, (segment, chunk, i, place) =>
        {
            if (packs.Contains(place.Pack.Name)) marks.Unset(segment, chunk, i);
        }, ct).ConfigureAwait(false);
        await parts.Index.RefreshAsync(ct).ConfigureAwait(false);
        var news = _stored.Select(s => s.Pack.Name).ToHashSet();
        foreach (var segment in parts.Index.Segments)
            if (segment.Packs.All(p => news.Contains(p.Name))) marks.SetAll(segment);
    }

    /// <summary>Never leaves this class.</summary>
    private sealed class DamagedEntryException((BlockId Pack, BlockId Id) entry) : Exception
    {
        public (BlockId Pack, BlockId Id) Entry { get; } = entry;
    }
}
