using System.Collections.Concurrent;
using System.Security.Cryptography;
using Stillpoint.Model;
using Stillpoint.Vault.Packs;
using Stillpoint.Vault.Points;
using Stillpoint.Vault.Stores;

namespace Stillpoint.Vault.Checks;

/// <param name="WholePacks">Packs that are there and whose footer opened; entries of theirs that are not whole are in <paramref name="DamagedEntries"/>.</param>
internal sealed record EntryVerdict(
    long Packs, long Bytes, IReadOnlySet<BlockId> WholePacks, IReadOnlySet<(BlockId Pack, BlockId Id)> DamagedEntries, IReadOnlyList<Failure> Failures);

/// <summary>Opens every entry of every pack, by the packs' own footers, on all cores.</summary>
internal sealed class EntryCheck(VaultParts parts, Action<long>? progress)
{
    private readonly ConcurrentDictionary<BlockId, bool> _whole = [];
    private readonly ConcurrentDictionary<(BlockId, BlockId), bool> _damaged = [];
    private readonly ConcurrentBag<Failure> _failures = [];

    public async Task<EntryVerdict> RunAsync(CancellationToken ct)
    {
        var packs = await PackCheck.ListPacksAsync(parts.Store, ct).ConfigureAwait(false);
        await Parallel.ForEachAsync(packs, ct, async (pack, token) =>
        {
            await CheckAsync(pack.Kind, pack.Blob, token).ConfigureAwait(false);
            progress?.Invoke(pack.Blob.Length);
        }).ConfigureAwait(false);
        await AddLostPacksAsync(ct).ConfigureAwait(false);
        return new(packs.Count, packs.Sum(p => p.Blob.Length), _whole.Keys.ToHashSet(), _damaged.Keys.ToHashSet(),
            [.. _failures.OrderBy(f => f.Arguments["object"], StringComparer.Ordinal)]);
    }

    private async Task CheckAsync(PackKind kind, BlobInfo blob, CancellationToken ct)
    {
        if (blob.Length > PackFormat.MaxPack || !BlockId.TryParseHex(blob.Name.AsSpan(blob.Name.LastIndexOf('/') + 1), out var name))
        {
            _failures.Add(Damage.Of(blob.Name, "name or length of a pack").Failure);
            return;
        }
        using var bytes = RentedBytes.Of((int)blob.Length);
        if (await parts.Store.ReadAsync(blob.Name, 0, bytes.Memory, ct).ConfigureAwait(false) != bytes.Length)
        {
            _failures.Add(Damage.Of(blob.Name, "missing or too short").Failure);
            return;
        }
        if (BlockId.Read(SHA256.HashData(bytes.Memory.Span)) != name) _failures.Add(Damage.Of(blob.Name, "stored hash").Failure);
        PackRef pack;
        IReadOnlyList<PackEntry> entries;
        try
        {
            (pack, entries) = PackFooter.Read(parts.Keys, kind, blob, name, bytes.Memory.Span);
        }
        catch (FailureException e) when (e.Failure.Code is FailureCode.VaultDamaged or FailureCode.VaultFormatNewer)
        {
            _failures.Add(e.Failure);
            return; // its entries are judged one by one below, through the index
        }
        _whole[name] = true;
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
            if (entry.PlainLength != expected) problem = "length of an entry";
            else if (entry.Codec == Codec.Delta && !await HasBaseAsync(entry.Base, prefix.Memory, ct).ConfigureAwait(false)) problem = "base of a delta";
            else
            {
                problem = decoder.Decode(
                    cipher, entry, bytes.Span.Slice((int)entry.Offset, (int)entry.StoredLength),
                    entry.Codec == Codec.Delta ? prefix.Memory.Span : default, plain.Memory.Span[..expected]);
            }
            if (problem is null) continue;
            _damaged[(pack.Name, entry.Id)] = true;
            _failures.Add(Failure.Of(FailureCode.VaultDamaged, Stage.Vault, ("object", pack.ObjectName), ("block", entry.Id.ToHex())).With(new(pack.ObjectName, problem)));
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
    private async Task AddLostPacksAsync(CancellationToken ct)
    {
        foreach (var segment in parts.Index.Segments)
        {
            var lost = segment.Packs.Where(p => !_whole.ContainsKey(p.Name)).ToDictionary(p => p.Name);
            if (lost.Count == 0) continue;
            foreach (var pack in lost.Values)
                if (await parts.Store.FindAsync(pack.ObjectName, ct).ConfigureAwait(false) is null) _failures.Add(Damage.Of(pack.ObjectName, "missing").Failure);
            for (var c = 0; c < segment.ChunkCount; c++)
            {
                if (await segment.ReadChunkAsync(parts.Store, c, ct).ConfigureAwait(false) is not { } chunk) break; // merged since: its live packs are in the one that replaced it
                for (var i = 0; i < chunk.Count; i++)
                    if (chunk[i] is var place && lost.ContainsKey(place.Pack.Name) && !await IsWholeAsync(place, ct).ConfigureAwait(false))
                        _damaged[(place.Pack.Name, place.Entry.Id)] = true;
            }
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
