using System.Runtime.CompilerServices;
using Stillpoint.Model;
using Stillpoint.Vault.Keys;
using Stillpoint.Vault.Life;
using Stillpoint.Vault.Sealed;
using Stillpoint.Vault.Stores;

namespace Stillpoint.Vault.Points;

/// <summary>Manifests as they lie in the store, read anew at each call.</summary>
internal sealed class PointList(IBlobStore store, Keyring keys)
{
    private const int ShortestPrefix = 4;

    /// <param name="bare">Without metadata, which are most of what a list of many thousands would hold.</param>
    public async Task<IReadOnlyList<PointInfo>> ListAsync(SeriesId? series, bool bare, CancellationToken ct)
    {
        var points = new List<PointInfo>();
        var forgotten = await ForgottenMarks.NamesAsync(store, ct).ConfigureAwait(false);
        await foreach (var blob in store.ListAsync(FolderOf(series), ct).ConfigureAwait(false))
        {
            if (forgotten.Contains(blob.Name)) continue;
            if (await TryReadAsync(blob.Name, ct).ConfigureAwait(false) is { } point) points.Add(bare ? point with { Metadata = default } : point);
        }
        points.Sort(static (a, b) => a.Id.CompareTo(b.Id));
        return points;
    }

    public async Task<IReadOnlyList<Failure>> ListDamagedAsync(CancellationToken ct)
    {
        var damaged = new List<Failure>();
        await foreach (var blob in store.ListAsync(FolderOf(null), ct).ConfigureAwait(false))
        {
            try
            {
                await ReadAsync(blob.Name, ct).ConfigureAwait(false);
            }
            catch (FailureException e) when (IsDamage(e))
            {
                damaged.Add(e.Failure);
            }
        }
        return damaged;
    }

    public async Task<IReadOnlyList<ForgottenPoint>> ListForgottenAsync(CancellationToken ct)
    {
        var points = new List<ForgottenPoint>();
        foreach (var mark in await ForgottenMarks.ReadAsync(store, keys, ct).ConfigureAwait(false))
        {
            if (mark.IsFence) continue;
            if (await TryReadAsync(mark.Manifest, ct).ConfigureAwait(false) is { } point) points.Add(new(point, mark.Since));
        }
        points.Sort(static (a, b) => a.Point.Id.CompareTo(b.Point.Id));
        return points;
    }

    public async Task<PointInfo> FindAsync(string idOrPrefix, CancellationToken ct)
    {
        var prefix = idOrPrefix.Trim().ToLowerInvariant();
        var found = new List<string>();
        if (prefix.Length >= ShortestPrefix)
            await foreach (var blob in store.ListAsync(FolderOf(null), ct).ConfigureAwait(false))
                if (blob.Name.AsSpan(blob.Name.LastIndexOf('/') + 1).StartsWith(prefix, StringComparison.Ordinal)) found.Add(blob.Name);
        var forgotten = found.Count > 0 ? await ForgottenMarks.NamesAsync(store, ct).ConfigureAwait(false) : [];
        if (found.Count > 0 && found.TrueForAll(forgotten.Contains)) throw new FailureException(FailureCode.PointForgotten, Stage.Input, ("point", idOrPrefix));
        found.RemoveAll(forgotten.Contains);
        if (found.Count > 1)
            throw new FailureException(Failure.Of(FailureCode.PointAmbiguous, Stage.Input, ("point", idOrPrefix))
                .With(new("points", string.Join(", ", found.Order(StringComparer.Ordinal).Select(n => n[(n.LastIndexOf('/') + 1)..])))));
        return found.Count == 1 && await ReadAsync(found[0], ct).ConfigureAwait(false) is { } point
            ? point
            : throw new FailureException(FailureCode.PointNotFound, Stage.Input, ("point", idOrPrefix));
    }

    /// <summary>Of manifests, forgotten ones too.</summary>
    public async IAsyncEnumerable<string> NamesAsync(SeriesId? series, [EnumeratorCancellation] CancellationToken ct)
    {
        await foreach (var blob in store.ListAsync(FolderOf(series), ct).ConfigureAwait(false)) yield return blob.Name;
    }

    public Task<HashSet<string>> ForgottenAsync(CancellationToken ct) => ForgottenMarks.NamesAsync(store, ct);

    /// <returns>Null: it is gone, or damaged, which <see cref="ListDamagedAsync"/> tells as long as it is there.</returns>
    public async Task<PointInfo?> TryReadAsync(string name, CancellationToken ct)
    {
        try
        {
            return await ReadAsync(name, ct).ConfigureAwait(false);
        }
        catch (FailureException e) when (IsDamage(e))
        {
            return null;
        }
    }

    private async Task<PointInfo?> ReadAsync(string name, CancellationToken ct)
    {
        if (await SealedObject.ReadAsync(store, keys, SealedKind.Manifest, name, ct).ConfigureAwait(false) is not { } payload) return null;
        var point = Manifest.Read(name, payload);
        return Manifest.NameOf(point.Series, point.Id) == name ? point : throw Damage.Of(name, "ids do not fit the name");
    }

    private static string FolderOf(SeriesId? series) => SealedKind.Manifest.Folder + (series is { } s ? $"{s}/" : "");

    private static bool IsDamage(FailureException e) => e.Failure.Code is FailureCode.VaultDamaged or FailureCode.VaultFormatNewer;
}
