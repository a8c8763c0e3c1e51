using Stillpoint.Model;
using Stillpoint.Vault.Keys;
using Stillpoint.Vault.Packs;
using Stillpoint.Vault.Stores;

namespace Stillpoint.Vault.Index;

/// <summary>
/// All segments together, minus what is condemned or known to be damaged. Safe for many threads; sees new segments at <see cref="RefreshAsync"/>.
/// </summary>
internal sealed class BlockIndex(IBlobStore store, Keyring keys)
{
    private readonly ChunkCache _chunks = new(16 << 20);
    private readonly SemaphoreSlim _refreshing = new(1, 1);
    private volatile IndexSegment[] _segments = [];

    /// <summary>Packs and entries that are no places: read anew at each refresh.</summary>
    public Exclusions Exclusions { get; private set; } = Exclusions.None;

    /// <summary>Why <see cref="Exclusions"/> may lack something: then nothing may be written, while reading goes on.</summary>
    public Failure? ExclusionsUnknown { get; private set; }

    /// <summary>Segments that could not be opened at the last refresh.</summary>
    public IReadOnlyList<Failure> Damaged { get; private set; } = [];

    public IReadOnlyList<IndexSegment> Segments => _segments;

    public async Task RefreshAsync(CancellationToken ct)
    {
        await _refreshing.WaitAsync(ct).ConfigureAwait(false);
        try
        {
            await LoadExclusionsAsync(ct).ConfigureAwait(false);
            var open = _segments.ToDictionary(s => s.Blob.Name);
            var present = new List<IndexSegment>();
            var damaged = new List<Failure>();
            await foreach (var blob in store.ListAsync(IndexFormat.Folder, ct).ConfigureAwait(false))
            {
                try
                {
                    var segment = open.GetValueOrDefault(blob.Name) ?? await IndexSegment.OpenAsync(store, keys, blob, ct).ConfigureAwait(false);
                    if (segment is not null) present.Add(segment);
                }
                catch (FailureException e) when (e.Failure.Code == FailureCode.VaultDamaged)
                {
                    damaged.Add(e.Failure); // a cache of the packs: what it held is found again by rebuilding it
                }
            }
            var superseded = present.SelectMany(s => s.Superseded).ToHashSet();
            _segments = [.. present.Where(s => !superseded.Contains(s.Name)).OrderByDescending(s => s.Blob.Written)];
            Damaged = damaged;
        }
        finally
        {
            _refreshing.Release();
        }
    }

    /// <summary>Adds a segment this process just stored.</summary>
    public async Task AddAsync(string name, long length, CancellationToken ct)
    {
        var segment = await IndexSegment.OpenAsync(store, keys, new(name, length, default), ct).ConfigureAwait(false);
        if (segment is null) return;
        await _refreshing.WaitAsync(ct).ConfigureAwait(false);
        _segments = [segment, .. _segments];
        _refreshing.Release();
    }

    /// <summary>
    /// Every place of the id, those that need no base first, those that are excluded last: they are no dedup target, but a last hope for a reader.
    /// </summary>
    public async ValueTask<List<Place>> FindAllAsync(BlockId id, CancellationToken ct)
    {
        var places = new List<Place>(1);
        foreach (var segment in _segments)
        {
            if (!segment.MayContain(id)) continue;
            var range = segment.ChunksFor(id);
            for (var c = range.Start.Value; c < range.End.Value; c++)
                (await ChunkAsync(segment, c, ct).ConfigureAwait(false)).Find(id, places);
        }
        if (places.Count > 1) places.Sort((a, b) => Cost(a).CompareTo(Cost(b)));
        return places;
    }

    /// <summary>A place new trees may refer to. For callers on a thread that may wait.</summary>
    public Place? FindLive(BlockId id)
    {
        var found = FindAllAsync(id, CancellationToken.None);
        var places = found.IsCompletedSuccessfully ? found.Result : found.AsTask().GetAwaiter().GetResult();
        return places.Count > 0 && !Exclusions.Contains(places[0]) ? places[0] : null;
    }

    private int Cost(Place place) => (place.Entry.Codec == Codec.Delta ? 1 : 0) + (!Exclusions.IsEmpty && Exclusions.Contains(place) ? 2 : 0);

    private async Task LoadExclusionsAsync(CancellationToken ct)
    {
        try
        {
            Exclusions = await Exclusions.LoadAsync(store, keys, ct).ConfigureAwait(false);
            ExclusionsUnknown = null;
        }
        catch (FailureException e) when (e.Failure.Code is FailureCode.VaultDamaged or FailureCode.VaultFormatNewer)
        {
            ExclusionsUnknown = e.Failure;
        }
    }

    private async ValueTask<IndexChunk> ChunkAsync(IndexSegment segment, int chunk, CancellationToken ct)
    {
        if (_chunks.TryGet(segment.Name, chunk) is { } cached) return cached;
        var read = await segment.ReadChunkAsync(store, chunk, ct).ConfigureAwait(false);
        _chunks.Add(segment.Name, chunk, read);
        return read;
    }
}
