using Stillpoint.Vault.Checks;
using Stillpoint.Vault.Index;
using Stillpoint.Vault.Leases;
using Stillpoint.Vault.Life;
using Stillpoint.Vault.Packs;
using Stillpoint.Vault.Sealed;
using Stillpoint.Vault.Stores;

namespace Stillpoint.Vault;

/// <param name="LogicalBytes">Sum of the sizes of all trees of all points.</param>
/// <param name="Entries">Blocks and pages the index knows.</param>
/// <param name="Leases">Who is at work, the dead and the expired included.</param>
public sealed record VaultStats(
    VaultId Id, int BlockSize, bool Delta, DateTimeOffset Created, int Points, int Series, long LogicalBytes,
    long DataPacks, long DataBytes, long PagePacks, long PageBytes, int IndexSegments, long IndexBytes, long Entries, IReadOnlyList<LeaseInfo> Leases)
{
    /// <summary>Packs no full verification has proven yet.</summary>
    public long PacksUnproven { get; init; }

    /// <summary>Of the packs that were proven, when the one was whose proof is oldest; store's time.</summary>
    public DateTimeOffset? OldestProof { get; init; }

    public long StoredBytes => DataBytes + PageBytes + IndexBytes;

    /// <summary>Kept back so that garbage can be collected from a full vault; not in <see cref="StoredBytes"/>, though it takes that room.</summary>
    public long ReserveBytes { get; init; }

    /// <summary>Of the copies of catalogs that are saved there; not in <see cref="StoredBytes"/>.</summary>
    public long SavedBytes { get; init; }

    public static async Task<VaultStats> ReadAsync(OpenVault vault, CancellationToken ct)
    {
        var parts = vault.Parts;
        var points = await vault.ListBareAsync(ct).ConfigureAwait(false);
        var packs = await PackCheck.ListPacksAsync(parts.Store, ct).ConfigureAwait(false);
        var data = packs.FindAll(p => p.Kind == PackKind.Data);
        var proofs = (await Proofs.LoadAsync(parts, ct).ConfigureAwait(false)).Packs;
        var proven = packs.Select(VaultVerify.NameOf).Where(proofs.ContainsKey).Select(p => proofs[p]).ToList();
        var pages = packs.FindAll(p => p.Kind == PackKind.Pages);
        var (segments, indexBytes) = await CountAsync(parts.Store, IndexFormat.Folder, ct).ConfigureAwait(false);
        await parts.Index.RefreshAsync(ct).ConfigureAwait(false);
        return new(
            vault.Id, vault.BlockSize, parts.Header.Delta, parts.Header.Created, points.Count, points.Select(p => p.Series).Distinct().Count(),
            points.SelectMany(p => p.Trees).Sum(t => t.SizeBytes), data.Count, data.Sum(p => p.Blob.Length), pages.Count, pages.Sum(p => p.Blob.Length),
            segments, indexBytes, parts.Index.Segments.Sum(s => s.EntryCount), await vault.ListLeasesAsync(ct).ConfigureAwait(false))
        {
            ReserveBytes = (await CountAsync(parts.Store, Reserve.Folder, ct).ConfigureAwait(false)).Bytes,
            SavedBytes = (await CountAsync(parts.Store, SealedKind.Saved.Folder, ct).ConfigureAwait(false)).Bytes,
            PacksUnproven = packs.Count(p => !proofs.ContainsKey(VaultVerify.NameOf(p))),
            OldestProof = proven.Count > 0 ? DateTimeOffset.FromUnixTimeMilliseconds(proven.Min()) : null,
        };
    }

    private static async Task<(int Objects, long Bytes)> CountAsync(IBlobStore store, string folder, CancellationToken ct)
    {
        var (objects, bytes) = (0, 0L);
        await foreach (var blob in store.ListAsync(folder, ct).ConfigureAwait(false)) (objects, bytes) = (objects + 1, bytes + blob.Length);
        return (objects, bytes);
    }
}
