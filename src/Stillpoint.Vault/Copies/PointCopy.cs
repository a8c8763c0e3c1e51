using Stillpoint.Model;
using Stillpoint.Vault.Index;
using Stillpoint.Vault.Leases;
using Stillpoint.Vault.Life;
using Stillpoint.Vault.Packs;
using Stillpoint.Vault.Points;
using Stillpoint.Vault.Sealed;
using Stillpoint.Vault.Stores;

namespace Stillpoint.Vault.Copies;

/// <summary>Copies one point, in the order in which a writer makes one: data packs, page packs, index, pending manifest, manifest.</summary>
internal static class PointCopy
{
    private const int Attempts = 3;

    /// <returns>Null: the twin has it.</returns>
    public static async Task<(long Packs, long Bytes)?> RunAsync(OpenVault source, OpenVault twin, PointInfo point, Action<long>? progress, CancellationToken ct)
    {
        var (from, to) = (source.Parts, twin.Parts);
        var name = Manifest.NameOf(point.Series, point.Id);
        if (await to.Store.FindAsync(name, ct).ConfigureAwait(false) is not null) return null;
        var before = (await twin.ListPointsAsync(point.Series, ct).ConfigureAwait(false)).LastOrDefault();
        var terms = new LeaseTerms(LeaseKind.Writer, LeaseTerms.DefaultDuration, point.Id, before?.Id, ProcessIdentity.Current, $"copy of {point.SeriesLabel}");
        var lease = await LeaseKeeper.TakeAsync(to.Store, to.Keys, terms, to.Clock, ct).ConfigureAwait(false);
        await using (lease.ConfigureAwait(false))
        {
            await to.Index.RefreshAsync(ct).ConfigureAwait(false);
            if (to.Index.ExclusionsUnknown is { } unknown) throw new FailureException(unknown);
            // What a point before this one has is only taken for granted while nothing of the twin is known to be damaged.
            var trusted = to.Index.Exclusions.DamagedEntries.Count == 0 ? before : null;
            var segments = new SegmentCollector(to.Store, to.Keys, to.Index, static _ => { });
            var packs = new PackCopy(from, to, segments, progress);
            var needs = await CopyPacksAsync(from, to, point, trusted, packs, ct).ConfigureAwait(false);
            await segments.FlushAsync(ct).ConfigureAwait(false);
            await CommitAsync(from, to, lease, point, [.. needs.Used, .. needs.Lacking.Select(p => p.Name)], ct).ConfigureAwait(false);
            return (packs.Count, packs.Bytes);
        }
    }

    private static async Task<PointNeeds> CopyPacksAsync(VaultParts from, VaultParts to, PointInfo point, PointInfo? trusted, PackCopy packs, CancellationToken ct)
    {
        for (var attempt = 1; ; attempt++)
        {
            try
            {
                var needs = new PointNeeds(from, to);
                foreach (var tree in point.Trees) await needs.AddAsync(tree, trusted?.FindTree(tree.Name), ct).ConfigureAwait(false);
                // Pages last: a page in the twin then never names a block that was not yet there.
                foreach (var pack in needs.Lacking.OrderBy(p => p.Kind).ThenBy(p => p.Name)) await packs.RunAsync(pack, ct).ConfigureAwait(false);
                return needs;
            }
            catch (FailureException e) when (e.Failure.Code == FailureCode.VaultDamaged && attempt < Attempts)
            {
                // What was not found may have been stored again elsewhere by a collection.
                await from.Index.RefreshAsync(ct).ConfigureAwait(false);
            }
        }
    }

    private static async Task CommitAsync(
        VaultParts from, VaultParts to, LeaseKeeper lease, PointInfo point, IReadOnlyCollection<BlockId> packs, CancellationToken ct)
    {
        var name = Manifest.NameOf(point.Series, point.Id);
        var manifest = await WholeObject.ReadAsync(from.Store, name, SealedObject.MaxBytes, ct).ConfigureAwait(false) ?? throw Damage.Of(name, "missing");
        var payload = SealedObject.Open(from.Keys, SealedKind.Manifest, name, manifest);
        var pending = Manifest.PendingNameOf(point.Id);
        await to.Store.TryPutAsync(pending, [SealedObject.Seal(to.Keys, SealedKind.Pending, pending, payload)], ct).ConfigureAwait(false);
        await to.Index.RefreshAsync(ct).ConfigureAwait(false);
        if (to.Index.ExclusionsUnknown is { } unknown) throw new FailureException(unknown);
        foreach (var pack in packs)
            if (to.Index.Exclusions.CondemnedPacks.Contains(pack))
                throw new FailureException(Failure.Of(FailureCode.PackCondemned, Stage.Commit, ("pack", pack.ToHex())).CanRetry());
        // A copy before this one may have been given up by a collection.
        await Fences.LiftAsync(to.Store, point.Series, point.Id, ct).ConfigureAwait(false);
        await lease.CheckAsync(ct).ConfigureAwait(false);
        // The source's very bytes: the chain of manifests stays provable. Taken already: another copy was as far at the same time.
        await to.Store.TryPutAsync(name, [manifest], ct).ConfigureAwait(false);
        // As with any writer: given up by a collection between the look at the lease and the put.
        var given = await Fences.StandsAsync(to.Store, point.Series, point.Id).ConfigureAwait(false);
        if (given) await to.Store.DeleteAsync(name, CancellationToken.None).ConfigureAwait(false);
        await to.Store.DeleteAsync(pending, CancellationToken.None).ConfigureAwait(false);
        if (given) throw new FailureException(Failure.Of(FailureCode.VaultLeaseLost, Stage.Commit, ("lease", lease.Id)).CanRetry());
    }
}
