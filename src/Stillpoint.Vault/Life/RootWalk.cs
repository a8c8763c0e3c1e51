using Stillpoint.Model;
using Stillpoint.Vault.Leases;
using Stillpoint.Vault.Points;
using Stillpoint.Vault.Sealed;

namespace Stillpoint.Vault.Life;

/// <summary>What keeps things alive: pending manifests of live writers, then manifests. Remembers which were marked before.</summary>
internal sealed class RootWalk(VaultParts parts, bool dryRun)
{
    private readonly HashSet<string> _marked = new(StringComparer.Ordinal);

    public void Clear() => _marked.Clear();

    /// <summary>Those that were not marked before. The index must be read after this: then it knows all that they refer to.</summary>
    /// <param name="without">Manifests that are about to go.</param>
    /// <exception cref="FailureException">VaultDamaged, VaultFormatNewer: what a manifest refers to cannot be known. Forgetting the point helps.</exception>
    public async Task<List<(string Name, PointInfo Point)>> FindAsync(IReadOnlySet<string> without, CancellationToken ct)
    {
        // Pending manifests first: one that is gone by then has become a manifest, which is listed after it.
        var roots = (await PendingAsync(ct).ConfigureAwait(false)).FindAll(r => !_marked.Contains(r.Name));
        var hidden = await ForgottenMarks.NamesAsync(parts.Store, ct).ConfigureAwait(false);
        await foreach (var blob in parts.Store.ListAsync(SealedKind.Manifest.Folder, ct).ConfigureAwait(false))
        {
            if (without.Contains(blob.Name) || _marked.Contains(blob.Name)) continue;
            if (await ReadAsync(blob.Name, hidden, ct).ConfigureAwait(false) is { } point) roots.Add((blob.Name, point));
        }
        return roots;
    }

    /// <exception cref="FailureException">As <see cref="Marker.AddAsync"/>.</exception>
    /// <param name="marked">Called with the number of roots done.</param>
    public async Task MarkAsync(Marker marker, List<(string Name, PointInfo Point)> roots, Action<int> marked, CancellationToken ct)
    {
        for (var i = 0; i < roots.Count; i++)
        {
            await AddAsync(marker, roots[i].Point, ct).ConfigureAwait(false);
            _marked.Add(roots[i].Name);
            marked(i + 1);
        }
        await marker.FlushAsync(ct).ConfigureAwait(false);
    }

    private static async Task AddAsync(Marker marker, PointInfo point, CancellationToken ct)
    {
        foreach (var tree in point.Trees) await marker.AddAsync(tree, ct).ConfigureAwait(false);
    }

    private async Task<PointInfo?> ReadAsync(string name, HashSet<string> hidden, CancellationToken ct)
    {
        try
        {
            return await SealedObject.ReadAsync(parts.Store, parts.Keys, SealedKind.Manifest, name, ct).ConfigureAwait(false) is { } payload ? Manifest.Read(name, payload) : null;
        }
        catch (FailureException e) when (e.Failure.Code == FailureCode.VaultDamaged && hidden.Contains(name))
        {
            return null; // forgotten and beyond reading: it keeps nothing
        }
    }

    /// <summary>Pending manifests whose writers hold a live lease. Those of writers that are gone are put away, and fenced where it is not certain that they are.</summary>
    private async Task<List<(string Name, PointInfo Point)>> PendingAsync(CancellationToken ct)
    {
        var found = new List<(string Name, byte[] Payload)>();
        await foreach (var pending in SealedFolder.ReadAsync(parts.Store, parts.Keys, SealedKind.Pending, ct).ConfigureAwait(false)) found.Add(pending);
        if (found.Count == 0) return [];
        var leases = await LeaseList.ReadAsync(parts.Store, parts.Keys, ct).ConfigureAwait(false);
        var roots = new List<(string, PointInfo)>();
        foreach (var (name, payload) in found)
        {
            var point = Manifest.Read(name, payload);
            var lease = leases.FirstOrDefault(l => l.Kind == LeaseKind.Writer && l.Point == point.Id);
            if (dryRun || lease is { State: LeaseState.Live } || leases.Any(l => l is { Host: "?", State: LeaseState.Live })) roots.Add((name, point));
            else await PutAwayAsync(name, point, certain: lease is { State: LeaseState.Dead }, ct).ConfigureAwait(false);
        }
        return roots;
    }

    private async Task PutAwayAsync(string pending, PointInfo point, bool certain, CancellationToken ct)
    {
        var manifest = Manifest.NameOf(point.Series, point.Id);
        if (!certain && await parts.Store.FindAsync(manifest, ct).ConfigureAwait(false) is null)
            await Fences.GiveUpAsync(parts, manifest, ct).ConfigureAwait(false);
        await parts.Store.DeleteAsync(pending, ct).ConfigureAwait(false);
    }
}
