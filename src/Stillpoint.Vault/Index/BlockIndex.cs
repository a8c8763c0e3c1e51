using Stillpoint.Model;
using Stillpoint.Vault.Keys;
using Stillpoint.Vault.Packs;
using Stillpoint.Vault.Stores;

namespace Stillpoint.Vault.Index;

/// <summary>
/// All segments together, minus what is condemned or known to be damaged. Safe for many threads; sees new segments at <see cref="RefreshAsync"/>,
/// and when garbage collection took one away that it was reading.
/// </summary>
internal sealed class BlockIndex(IBlobStore store, Keyring keys)
{
    private const int Attempts = 5;
    private readonly ChunkCache _chunks = new(16 << 20);
    private readonly SemaphoreSlim _refreshing = new(1, 1);
    private volatile IndexView _view = new([], [], Exclusions.None);

    /// <summary>Packs and entries that are no places: read anew at each refresh.</summary>
    public Exclusions Exclusions => _view.Exclusions;

    /// <summary>Why <see cref="Exclusions"/> may lack something: then nothing may be written, while reading goes on.</summary>
    public Failure? ExclusionsUnknown { get; private set; }

    /// <summary>Segments that could not be opened at the last refresh.</summary>
    public IReadOnlyList<Failure> Damaged { get; private set; } = [];

    public IReadOnlyList<IndexSegment> Segments => _view.Segments;

    /// <summary>Segments and exclusions of one refresh: they belong together.</summary>
    public IndexView View => _view;

    public async Task RefreshAsync(CancellationToken ct)
    {
        await _refreshing.WaitAsync(ct).ConfigureAwait(false);
        try
        {
            // Exclusions first: segments that were read later may lack condemned packs, never the other way round.
            var exclusions = await LoadExclusionsAsync(ct).ConfigureAwait(false);
            var open = _view.Segments.Concat(_view.Superseded).ToDictionary(s => s.Blob.Name);
            var damaged = new List<Failure>();
            var names = await ListAsync(ct).ConfigureAwait(false);
            for (var attempt = 1; ; attempt++)
            {
                damaged.Clear();
                foreach (var (name, blob) in names)
                    if (!open.ContainsKey(name) && await TryOpenAsync(blob, damaged, ct).ConfigureAwait(false) is { } segment) open.Add(name, segment);
                // One listing may miss both a merged segment and those it was made of; of two with the same names that cannot be.
                var again = await ListAsync(ct).ConfigureAwait(false);
                if (attempt == Attempts || again.Keys.ToHashSet().SetEquals(names.Keys)) break;
                names = again;
            }
            var present = open.Where(s => names.ContainsKey(s.Key)).Select(s => s.Value).ToList();
            var superseded = present.SelectMany(s => s.Superseded).ToHashSet();
            var byAge = present.OrderByDescending(s => s.Blob.Written).ThenBy(s => s.Name).ToLookup(s => superseded.Contains(s.Name));
            _view = new([.. byAge[false]], [.. byAge[true]], exclusions);
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
        if (segment is null) // merged into another already
        {
            await RefreshAsync(ct).ConfigureAwait(false);
            return;
        }
        await _refreshing.WaitAsync(ct).ConfigureAwait(false);
        _view = _view with { Segments = [segment, .. _view.Segments] };
        _refreshing.Release();
    }

    /// <summary>
    /// Every place of the id, those that need no base first, those that are excluded last: they are no dedup target, but a last hope for a reader.
    /// </summary>
    public async ValueTask<List<Place>> FindAllAsync(BlockId id, CancellationToken ct) => (await FindAsync(id, ct).ConfigureAwait(false)).Places;

    /// <summary>A place new trees may refer to. For callers on a thread that may wait.</summary>
    public Place? FindLive(BlockId id)
    {
        var found = FindAsync(id, CancellationToken.None);
        var (places, exclusions) = found.IsCompletedSuccessfully ? found.Result : found.AsTask().GetAwaiter().GetResult();
        return places.Count > 0 && !exclusions.Contains(places[0]) ? places[0] : null;
    }

    /// <returns>Null: the segment is gone.</returns>
    public async ValueTask<IndexChunk?> ChunkAsync(IndexSegment segment, int chunk, CancellationToken ct)
    {
        if (_chunks.TryGet(segment.Name, chunk) is { } cached) return cached;
        var read = await segment.ReadChunkAsync(store, chunk, ct).ConfigureAwait(false);
        if (read is not null) _chunks.Add(segment.Name, chunk, read);
        return read;
    }

    private async ValueTask<(List<Place> Places, Exclusions Exclusions)> FindAsync(BlockId id, CancellationToken ct)
    {
        for (var attempt = 1; ; attempt++)
        {
            var view = _view;
            if (await FindInAsync(view, id, ct).ConfigureAwait(false) is { } places)
            {
                if (places.Count > 1) places.Sort((a, b) => view.Exclusions.CostOf(a).CompareTo(view.Exclusions.CostOf(b)));
                return (places, view.Exclusions);
            }
            if (attempt == Attempts) throw Damage.Of(IndexFormat.Folder.TrimEnd('/'), "segments vanish as fast as they are found");
            await RefreshAsync(ct).ConfigureAwait(false);
        }
    }

    /// <returns>Null: a segment of the view is gone.</returns>
    private async ValueTask<List<Place>?> FindInAsync(IndexView view, BlockId id, CancellationToken ct)
    {
        var places = new List<Place>(1);
        foreach (var segment in view.Segments)
        {
            if (!segment.MayContain(id)) continue;
            var range = segment.ChunksFor(id);
            for (var c = range.Start.Value; c < range.End.Value; c++)
            {
                if (await ChunkAsync(segment, c, ct).ConfigureAwait(false) is not { } chunk) return null;
                chunk.Find(id, places);
            }
        }
        return places;
    }

    private async Task<Dictionary<string, BlobInfo>> ListAsync(CancellationToken ct)
    {
        var names = new Dictionary<string, BlobInfo>(StringComparer.Ordinal);
        await foreach (var blob in store.ListAsync(IndexFormat.Folder, ct).ConfigureAwait(false)) names[blob.Name] = blob;
        return names;
    }

    private async Task<IndexSegment?> TryOpenAsync(BlobInfo blob, List<Failure> damaged, CancellationToken ct)
    {
        try
        {
            return await IndexSegment.OpenAsync(store, keys, blob, ct).ConfigureAwait(false);
        }
        catch (FailureException e) when (e.Failure.Code is FailureCode.VaultDamaged or FailureCode.VaultFormatNewer) // one flipped bit may say "newer"
        {
            damaged.Add(e.Failure); // a cache of the packs: what it held is found again by rebuilding it
            return null;
        }
    }

    private async Task<Exclusions> LoadExclusionsAsync(CancellationToken ct)
    {
        try
        {
            var exclusions = await Exclusions.LoadAsync(store, keys, ct).ConfigureAwait(false);
            ExclusionsUnknown = null;
            return exclusions;
        }
        catch (FailureException e) when (e.Failure.Code is FailureCode.VaultDamaged or FailureCode.VaultFormatNewer)
        {
            ExclusionsUnknown = e.Failure;
            return _view.Exclusions;
        }
    }
}

/// <param name="Superseded">Present, and replaced by one of <paramref name="Segments"/>: not asked, waiting to be deleted.</param>
internal sealed record IndexView(IReadOnlyList<IndexSegment> Segments, IReadOnlyList<IndexSegment> Superseded, Exclusions Exclusions);
