using System.Security.Cryptography;
using Stillpoint.Vault.Keys;
using Stillpoint.Vault.Packs;
using Stillpoint.Vault.Stores;

namespace Stillpoint.Vault.Index;

/// <summary>
/// Gathers the entries of packs that are durable and writes index segments of them: one at the end, and one whenever there are many, so that
/// memory stays bounded however large the point is. Safe for many threads.
/// </summary>
internal sealed class SegmentCollector(IBlobStore store, Keyring keys, BlockIndex index, Action<IEnumerable<BlockId>> indexed)
{
    private const int EntriesPerSegment = 128 * 1024;
    private readonly Lock _lock = new();
    private List<(PackRef Pack, IReadOnlyList<PackEntry> Entries)> _packs = [];
    private int _entries;
    private long _bytes;

    /// <summary>Stored bytes of packs and segments.</summary>
    public long BytesStored => Interlocked.Read(ref _bytes);

    public void Add(PackRef pack, IReadOnlyList<PackEntry> entries)
    {
        Interlocked.Add(ref _bytes, pack.Length);
        List<(PackRef, IReadOnlyList<PackEntry>)> full;
        lock (_lock)
        {
            _packs.Add((pack, entries));
            _entries += entries.Count;
            if (_entries < EntriesPerSegment) return;
            (full, _packs, _entries) = (_packs, [], 0);
        }
        WriteAsync(full, CancellationToken.None).GetAwaiter().GetResult(); // a thread of the pack queue: it may wait
    }

    public Task FlushAsync(CancellationToken ct)
    {
        List<(PackRef, IReadOnlyList<PackEntry>)> rest;
        lock (_lock) (rest, _packs, _entries) = (_packs, [], 0);
        return rest.Count == 0 ? Task.CompletedTask : WriteAsync(rest, ct);
    }

    private async Task WriteAsync(List<(PackRef Pack, IReadOnlyList<PackEntry> Entries)> packs, CancellationToken ct)
    {
        var bytes = SegmentWriter.Build(keys, packs, []);
        var name = IndexFormat.Folder + Convert.ToHexStringLower(SHA256.HashData(bytes));
        await store.TryPutAsync(name, [bytes], ct).ConfigureAwait(false);
        Interlocked.Add(ref _bytes, bytes.Length);
        await index.AddAsync(name, bytes.Length, ct).ConfigureAwait(false);
        indexed(packs.SelectMany(p => p.Entries).Select(e => e.Id));
    }
}
