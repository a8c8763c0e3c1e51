using System.Collections.Concurrent;
using System.Security.Cryptography;
using Stillpoint.Model;
using Stillpoint.Vault.Index;
using Stillpoint.Vault.Packs;
using Stillpoint.Vault.Points;
using Stillpoint.Vault.Stores;

namespace Stillpoint.Vault.Checks;

/// <param name="Packs">Packs looked at.</param>
/// <param name="WholePacks">Of these, whole in every byte.</param>
/// <param name="DamagedEntries">Known before or found now. A zero id: the pack's own header or footer.</param>
/// <param name="Absent">Packs that the index names and that are gone (with a zero id), deltas whose base is gone. No harm unless a point needs them.</param>
/// <param name="Left">Packs not looked at: outside the sample, or the time was up.</param>
internal sealed record EntryVerdict(
    long Packs, long Bytes, IReadOnlySet<BlockId> WholePacks, IReadOnlySet<(BlockId Pack, BlockId Id)> DamagedEntries, IReadOnlyList<Failure> Failures,
    IReadOnlyList<(BlockId Pack, BlockId Id, Failure Failure)> Absent, long Left);

/// <summary>Opens every entry of packs, by their own footers, on all cores. Packs that garbage collection takes meanwhile are no damage.</summary>
/// <param name="late">Whether no pack may be begun any more.</param>
internal sealed class EntryCheck(VaultParts parts, Func<bool> late, Action<long>? progress)
{
    private readonly ConcurrentDictionary<BlockId, bool> _whole = [];
    private readonly ConcurrentDictionary<(BlockId Pack, BlockId Id), bool> _damaged = [];
    private readonly ConcurrentBag<(BlockId Pack, Failure Failure)> _failures = [];
    private readonly ConcurrentBag<(BlockId Pack, BlockId Id, Failure Failure)> _absent = [];
    private long _packs, _bytes;

    /// <param name="packs">In the order in which they are looked at.</param>
    /// <param name="others">Packs that are there and are not looked at.</param>
    public async Task<EntryVerdict> RunAsync(IReadOnlyList<(PackKind Kind, BlobInfo Blob)> packs, int others, CancellationToken ct)
    {
        var left = (long)others;
        var looked = new ConcurrentDictionary<BlockId, bool>();
        await Parallel.ForEachAsync(packs, ct, async (pack, token) =>
        {
            if (late())
            {
                Interlocked.Increment(ref left);
                return;
            }
            Interlocked.Increment(ref _packs);
            Interlocked.Add(ref _bytes, pack.Blob.Length);
            if (!BlockId.TryParseHex(pack.Blob.Name.AsSpan(pack.Blob.Name.LastIndexOf('/') + 1), out var name) || pack.Blob.Length > PackFormat.MaxPack)
            {
                _failures.Add((BlockId.Zero, Damage.Of(pack.Blob.Name, "name or length of a pack").Failure));
                return;
            }
            looked[name] = true;
            await CheckAsync(pack.Kind, pack.Blob, name, token).ConfigureAwait(false);
            progress?.Invoke(pack.Blob.Length);
        }).ConfigureAwait(false);
        await AddLostPacksAsync(looked, ct).ConfigureAwait(false);
        return await VerdictAsync(left, ct).ConfigureAwait(false);
    }

    /// <summary>What is condemned or gone by now was no point's any more: a delta there may have lost its base before it went itself.</summary>
    private async Task<EntryVerdict> VerdictAsync(long left, CancellationToken ct)
    {
        await parts.Index.RefreshAsync(ct).ConfigureAwait(false);
        var exclusions = parts.Index.Exclusions;
        var named = parts.Index.Segments.SelectMany(s => s.Packs).Select(p => p.Name).ToHashSet();
        var suspects = _failures.Select(f => f.Pack).Concat(_damaged.Keys.Select(d => d.Pack)).Concat(_absent.Select(a => a.Pack)).ToHashSet();
        var innocent = new HashSet<BlockId>();
        foreach (var pack in suspects.Where(p => !p.IsZero))
        {
            var there = await parts.Store.FindAsync(PackFormat.NameOf(PackKind.Data, pack), ct).ConfigureAwait(false) is not null
                || await parts.Store.FindAsync(PackFormat.NameOf(PackKind.Pages, pack), ct).ConfigureAwait(false) is not null;
            if (exclusions.CondemnedPacks.Contains(pack) || (!there && !named.Contains(pack))) innocent.Add(pack);
        }
        var damaged = _damaged.Keys.Where(d => !innocent.Contains(d.Pack)).ToHashSet();
        var absent = _absent.Where(a => !innocent.Contains(a.Pack)).OrderBy(a => a.Failure.Arguments["object"], StringComparer.Ordinal).ToList();
        // A pack is as it was written even if the base of a delta in it is gone.
        var lacking = absent.Select(a => (a.Pack, a.Id)).ToHashSet();
        var hit = _failures.Select(f => f.Pack).Concat(damaged.Where(d => !lacking.Contains(d)).Select(d => d.Pack)).ToHashSet();
        return new(
            _packs, _bytes, _whole.Keys.Where(p => !hit.Contains(p)).ToHashSet(), damaged,
            [.. _failures.Where(f => !innocent.Contains(f.Pack)).Select(f => f.Failure).OrderBy(f => f.Arguments["object"], StringComparer.Ordinal)], absent, left);
    }

    private async Task CheckAsync(PackKind kind, BlobInfo blob, BlockId name, CancellationToken ct)
    {
        using var bytes = RentedBytes.Of((int)blob.Length);
        if (await parts.Store.ReadAsync(blob.Name, 0, bytes.Memory, ct).ConfigureAwait(false) is not { } n) return; // gone: told below if the index still names it
        if (n != bytes.Length)
        {
            _failures.Add((name, Damage.Of(blob.Name, "too short").Failure));
            return;
        }
        var isItself = BlockId.Read(SHA256.HashData(bytes.Memory.Span)) == name;
        if (!isItself) _failures.Add((name, Damage.Of(blob.Name, "stored hash").Failure));
        PackRef pack;
        IReadOnlyList<PackEntry> entries;
        try
        {
            (pack, entries) = PackFooter.Read(parts.Keys, kind, blob, name, bytes.Memory.Span);
        }
        catch (FailureException e) when (e.Failure.Code is FailureCode.VaultDamaged or FailureCode.VaultFormatNewer)
        {
            _failures.Add((name, e.Failure));
            if (e.Failure.Code == FailureCode.VaultDamaged) _damaged[(name, BlockId.Zero)] = true;
            return; // its entries are judged one by one below, through the index
        }
        // Under another pack's name its entries are whole and yet nowhere to be found: those of the name are judged through the index, like lost ones.
        if (isItself) _whole[name] = true;
        await OpenAllAsync(pack, entries, bytes.Memory, ct).ConfigureAwait(false);
    }

    private async Task OpenAllAsync(PackRef pack, IReadOnlyList<PackEntry> entries, Memory<byte> bytes, CancellationToken ct)
    {
        using var decoder = new EntryDecoder(parts.Keys);
        using var cipher = parts.Keys.PackCipher(pack.Salt.Span);
        using var plain = RentedBytes.Of(Math.Max(parts.Header.BlockSize, PackFormat.PageSize));
        using var prefix = RentedBytes.Of(parts.Header.BlockSize);
        foreach (var entry in entries)
        {
            var expected = entry.Kind == EntryKind.Page ? PackFormat.PageSize : parts.Header.BlockSize;
            string? problem;
            var lacksBase = false;
            if (entry.PlainLength != expected) problem = "length of an entry";
            else if (entry.Codec == Codec.Delta && !await HasBaseAsync(entry.Base, prefix.Memory, ct).ConfigureAwait(false)) (problem, lacksBase) = ("base of a delta", true);
            else
            {
                problem = decoder.Decode(
                    cipher, entry, bytes.Span.Slice((int)entry.Offset, (int)entry.StoredLength),
                    entry.Codec == Codec.Delta ? prefix.Memory.Span : default, plain.Memory.Span[..expected]);
            }
            if (problem is null) continue;
            _damaged[(pack.Name, entry.Id)] = true;
            var failure = Failure.Of(FailureCode.VaultDamaged, Stage.Vault, ("object", pack.ObjectName), ("block", entry.Id.ToHex())).With(new(pack.ObjectName, problem));
            if (lacksBase) _absent.Add((pack.Name, entry.Id, failure));
            else _failures.Add((pack.Name, failure));
        }
    }

    private async Task<bool> HasBaseAsync(BlockId id, Memory<byte> target, CancellationToken ct)
    {
        try
        {
            await parts.Blocks.ReadBaseAsync(id, target, ct).ConfigureAwait(false);
            return true;
        }
        catch (FailureException e) when (e.Failure.Code == FailureCode.VaultDamaged)
        {
            return false;
        }
    }

    /// <summary>Packs the index knows and the store lacks, or whose footer is gone: their entries are judged through the index.</summary>
    private async Task AddLostPacksAsync(ConcurrentDictionary<BlockId, bool> looked, CancellationToken ct)
    {
        await parts.Index.RefreshAsync(ct).ConfigureAwait(false);
        foreach (var segment in parts.Index.Segments)
        {
            var lost = new Dictionary<BlockId, PackRef>();
            foreach (var pack in segment.Packs)
            {
                if (_whole.ContainsKey(pack.Name)) continue;
                var there = await parts.Store.FindAsync(pack.ObjectName, ct).ConfigureAwait(false) is not null;
                if (there && !looked.ContainsKey(pack.Name)) continue;
                lost[pack.Name] = pack;
                if (!there) _absent.Add((pack.Name, BlockId.Zero, Damage.Of(pack.ObjectName, "missing").Failure));
            }
            for (var c = 0; lost.Count > 0 && c < segment.ChunkCount; c++)
            {
                if (await ReadChunkAsync(segment, c, ct).ConfigureAwait(false) is not { } chunk) continue;
                for (var i = 0; i < chunk.Count; i++)
                    if (chunk[i] is var place && lost.ContainsKey(place.Pack.Name) && !await IsWholeAsync(place, ct).ConfigureAwait(false))
                        _damaged[(place.Pack.Name, place.Entry.Id)] = true;
            }
        }
    }

    /// <returns>Null if it was merged meanwhile, or is damaged, which is told: trees that need it will be found wanting.</returns>
    private async Task<IndexChunk?> ReadChunkAsync(IndexSegment segment, int chunk, CancellationToken ct)
    {
        try
        {
            return await segment.ReadChunkAsync(parts.Store, chunk, ct).ConfigureAwait(false);
        }
        catch (FailureException e) when (e.Failure.Code == FailureCode.VaultDamaged)
        {
            _failures.Add((BlockId.Zero, e.Failure));
            return null;
        }
    }

    private async Task<bool> IsWholeAsync(Place place, CancellationToken ct)
    {
        var expected = place.Entry.Kind == EntryKind.Page ? PackFormat.PageSize : parts.Header.BlockSize;
        using var plain = RentedBytes.Of(expected);
        try
        {
            return await parts.Blocks.TryReadAsync(place, plain.Memory, ct).ConfigureAwait(false) is null;
        }
        catch (FailureException e) when (e.Failure.Code == FailureCode.VaultDamaged)
        {
            return false; // its base is lost
        }
    }
}
