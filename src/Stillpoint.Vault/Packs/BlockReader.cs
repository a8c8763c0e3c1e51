using System.Collections.Concurrent;
using Stillpoint.Model;
using Stillpoint.Vault.Index;
using Stillpoint.Vault.Keys;
using Stillpoint.Vault.Stores;

namespace Stillpoint.Vault.Packs;

/// <summary>Reads single entries by id, wherever they lie. Safe for many threads.</summary>
internal sealed class BlockReader(IBlobStore store, Keyring keys, BlockIndex index, int blockSize) : IDisposable
{
    /// <summary>What <see cref="TryReadAsync"/> says of a place whose pack is not there.</summary>
    public const string Gone = "missing";

    private const int Attempts = 3;
    private readonly ConcurrentBag<EntryDecoder> _decoders = [];

    /// <param name="target">Exactly the entry's plain length.</param>
    /// <exception cref="FailureException">VaultDamaged: no place of the id can be read; pack and reason of each as evidence.</exception>
    public ValueTask ReadAsync(EntryKind kind, BlockId id, Memory<byte> target, CancellationToken ct) => ReadAsync(kind, id, wholeOnly: false, target, ct);

    /// <summary>Plain bytes of a block that serves as a delta's base: never itself through a delta (depth one).</summary>
    /// <exception cref="FailureException">VaultDamaged.</exception>
    public ValueTask ReadBaseAsync(BlockId id, Memory<byte> target, CancellationToken ct) => ReadAsync(EntryKind.Data, id, wholeOnly: true, target, ct);

    private async ValueTask ReadAsync(EntryKind kind, BlockId id, bool wholeOnly, Memory<byte> target, CancellationToken ct)
    {
        for (var attempt = 1; ; attempt++)
        {
            var places = await index.FindAllAsync(id, ct).ConfigureAwait(false);
            List<Evidence>? evidence = null;
            var gone = false;
            foreach (var place in places)
            {
                if (place.Entry.Kind != kind || (wholeOnly && place.Entry.Codec == Codec.Delta)) continue;
                if (await TryReadAsync(place, target, ct).ConfigureAwait(false) is not { } problem) return;
                gone |= problem == Gone;
                (evidence ??= []).Add(new(place.Pack.ObjectName, problem));
            }
            // A pack that is gone may have been repacked since the index was read.
            if (!gone || attempt == Attempts) throw Lost(id, places, evidence);
            await index.RefreshAsync(ct).ConfigureAwait(false);
        }
    }

    /// <returns>Null if all is well, else what is wrong with this place.</returns>
    public async ValueTask<string?> TryReadAsync(Place place, Memory<byte> target, CancellationToken ct)
    {
        var entry = place.Entry;
        if (entry.PlainLength != target.Length || entry.StoredLength > entry.PlainLength + PackFormat.TagSize) return "length of an entry";
        using var stored = RentedBytes.Of((int)entry.StoredLength);
        if (await store.ReadAsync(place.Pack.ObjectName, entry.Offset, stored.Memory, ct).ConfigureAwait(false) is not { } n) return Gone;
        if (n != stored.Length) return "too short";
        using var prefix = RentedBytes.Of(entry.Codec == Codec.Delta ? blockSize : 0);
        if (prefix.Length > 0) await ReadBaseAsync(entry.Base, prefix.Memory, ct).ConfigureAwait(false);
        if (!_decoders.TryTake(out var decoder)) decoder = new(keys);
        using var cipher = keys.PackCipher(place.Pack.Salt.Span);
        var problem = decoder.Decode(cipher, entry, stored.Memory.Span, prefix.Memory.Span, target.Span);
        _decoders.Add(decoder);
        return problem;
    }

    public void Dispose()
    {
        while (_decoders.TryTake(out var decoder)) decoder.Dispose();
    }

    private FailureException Lost(BlockId id, List<Place> places, List<Evidence>? evidence)
    {
        var failure = Failure.Of(
            FailureCode.VaultDamaged, Stage.Vault,
            ("object", places.Count > 0 ? places[0].Pack.ObjectName : index.Damaged is [var first, ..] ? first.Arguments["object"] : IndexFormat.Folder.TrimEnd('/')), ("block", id.ToHex()));
        foreach (var e in evidence ?? []) failure = failure.With(e);
        if (evidence is null) failure = failure.With(new("index", places.Count == 0 ? "no segment knows this id" : "only through a delta's delta"));
        foreach (var damaged in index.Damaged) failure = damaged.Evidence.Aggregate(failure, (f, e) => f.With(e));
        return new(failure);
    }
}
