using Stillpoint.Model;
using Stillpoint.Vault.Points;
using Stillpoint.Vault.Sealed;
using Stillpoint.Vault.Stores;

namespace Stillpoint.Vault.Life;

/// <summary>
/// Keeps a writer that was given up from committing after all: put-if-absent cannot be taken back, so whoever puts a manifest looks for a fence afterwards.
/// First <c>fences/POINT</c>, then a look whether the manifest is there; if it is not, a fencing mark that stays for ever, and the fence goes. The same object
/// stands while a forgotten point is taken, so that nobody brings it back meanwhile.
/// </summary>
internal static class Fences
{
    /// <summary>For the writer, after its manifest was put.</summary>
    public static async Task<bool> StandsAsync(IBlobStore store, SeriesId series, PointId point) =>
        // In this order: the fence goes after the mark was put.
        await store.FindAsync(NameOf(point), CancellationToken.None).ConfigureAwait(false) is not null
        || await store.FindAsync(ForgottenMarks.NameOf(series, point), CancellationToken.None).ConfigureAwait(false) is not null;

    /// <summary>For who brings a point back, after its mark was deleted.</summary>
    public static async Task<bool> IsTakenAsync(IBlobStore store, SeriesId series, PointId point) =>
        await store.FindAsync(NameOf(point), CancellationToken.None).ConfigureAwait(false) is not null
        || await store.FindAsync(Manifest.NameOf(series, point), CancellationToken.None).ConfigureAwait(false) is null;

    /// <returns>Its name, for whoever put it to delete it.</returns>
    public static async Task<string> PutAsync(VaultParts parts, string manifest, CancellationToken ct)
    {
        var name = SealedKind.Fence.Folder + manifest[(manifest.LastIndexOf('/') + 1)..];
        await parts.Store.TryPutAsync(name, [SealedObject.Seal(parts.Keys, SealedKind.Fence, name, [0])], ct).ConfigureAwait(false);
        return name;
    }

    /// <summary>For a point that is copied: unlike a writer's it may come again under the same id.</summary>
    public static Task LiftAsync(IBlobStore store, SeriesId series, PointId point, CancellationToken ct) => store.DeleteAsync(ForgottenMarks.NameOf(series, point), ct);

    /// <returns>False: the point was committed before, and stays.</returns>
    public static async Task<bool> GiveUpAsync(VaultParts parts, string manifest, CancellationToken ct)
    {
        var name = await PutAsync(parts, manifest, ct).ConfigureAwait(false);
        var committed = await parts.Store.FindAsync(manifest, ct).ConfigureAwait(false) is not null;
        if (!committed) await ForgottenMarks.PutAsync(parts.Store, parts.Keys, manifest, fence: true, ct).ConfigureAwait(false);
        await parts.Store.DeleteAsync(name, ct).ConfigureAwait(false);
        return !committed;
    }

    /// <summary>Fences whose collector died: the pending manifest they were for is looked at again, if it is still there.</summary>
    public static async Task TidyAsync(VaultParts parts, CancellationToken ct)
    {
        await foreach (var blob in parts.Store.ListAsync(SealedKind.Fence.Folder, ct).ConfigureAwait(false))
            await parts.Store.DeleteAsync(blob.Name, ct).ConfigureAwait(false);
    }

    private static string NameOf(PointId point) => SealedKind.Fence.Folder + point;
}
