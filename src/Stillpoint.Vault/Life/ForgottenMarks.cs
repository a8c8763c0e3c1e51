using Stillpoint.Model;
using Stillpoint.Vault.Keys;
using Stillpoint.Vault.Points;
using Stillpoint.Vault.Sealed;
using Stillpoint.Vault.Stores;

namespace Stillpoint.Vault.Life;

/// <param name="Manifest">Name of the manifest it hides.</param>
/// <param name="Since">Store's time.</param>
/// <param name="IsFence">Not forgotten by anybody: a writer that was given up must not commit this point any more.</param>
internal sealed record ForgottenMark(string Name, string Manifest, DateTimeOffset Since, bool IsFence);

/// <summary>The objects below <c>forgotten/</c>: a point with one is not listed, not restored and no base. docs/formats/manifest.md.</summary>
internal static class ForgottenMarks
{
    private const byte Forgotten = 1, Fenced = 2;

    public static string NameOf(SeriesId series, PointId point) => SealedKind.Forgotten.Folder + Manifest.NameOf(series, point)[SealedKind.Manifest.Folder.Length..];

    /// <summary>Names of the manifests that are hidden. Needs no reading: a mark that is damaged hides too.</summary>
    public static async Task<HashSet<string>> NamesAsync(IBlobStore store, CancellationToken ct)
    {
        var names = new HashSet<string>(StringComparer.Ordinal);
        await foreach (var blob in store.ListAsync(SealedKind.Forgotten.Folder, ct).ConfigureAwait(false)) names.Add(ManifestOf(blob.Name));
        return names;
    }

    public static async Task<IReadOnlyList<ForgottenMark>> ReadAsync(IBlobStore store, Keyring keys, CancellationToken ct)
    {
        var marks = new List<ForgottenMark>();
        await foreach (var blob in store.ListAsync(SealedKind.Forgotten.Folder, ct).ConfigureAwait(false))
        {
            if (await SealedObject.ReadAsync(store, keys, SealedKind.Forgotten, blob.Name, ct).ConfigureAwait(false) is not { } payload) continue;
            var r = new PayloadReader(payload, blob.Name);
            var kind = r.U8();
            if (kind is 0 or > Fenced) throw Damage.Newer(blob.Name);
            var at = r.I64();
            if (at is < 0 or > 253402300799999) throw Damage.Of(blob.Name, "time");
            // The later of the two: a vault that was copied has younger objects, and none is ever older than what it says.
            var said = DateTimeOffset.FromUnixTimeMilliseconds(at);
            marks.Add(new(blob.Name, ManifestOf(blob.Name), said > blob.Written ? said : blob.Written, kind == Fenced));
        }
        return marks;
    }

    public static async Task PutAsync(IBlobStore store, Keyring keys, string manifest, bool fence, CancellationToken ct)
    {
        var name = SealedKind.Forgotten.Folder + manifest[SealedKind.Manifest.Folder.Length..];
        var w = new PayloadWriter();
        w.U8(fence ? Fenced : Forgotten);
        w.I64((await store.NowAsync(ct).ConfigureAwait(false)).ToUnixTimeMilliseconds());
        await store.TryPutAsync(name, [SealedObject.Seal(keys, SealedKind.Forgotten, name, w.Written)], ct).ConfigureAwait(false);
    }

    /// <summary>For holders of a lease that names the point.</summary>
    /// <exception cref="FailureException">PointForgotten, PointNotFound.</exception>
    public static async Task MustBeThereAsync(VaultParts parts, PointInfo point, CancellationToken ct)
    {
        if (await parts.Store.FindAsync(NameOf(point.Series, point.Id), ct).ConfigureAwait(false) is not null)
            throw new FailureException(FailureCode.PointForgotten, Stage.Input, ("point", point.Id.ToString()));
        // In this order: collection deletes the manifest before the mark.
        if (await parts.Store.FindAsync(Manifest.NameOf(point.Series, point.Id), ct).ConfigureAwait(false) is null)
            throw new FailureException(FailureCode.PointNotFound, Stage.Input, ("point", point.Id.ToString()));
    }

    private static string ManifestOf(string mark) => SealedKind.Manifest.Folder + mark[SealedKind.Forgotten.Folder.Length..];
}
