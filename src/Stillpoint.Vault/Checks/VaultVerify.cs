using Stillpoint.Model;
using Stillpoint.Vault.Checks;
using Stillpoint.Vault.Index;
using Stillpoint.Vault.Keys;
using Stillpoint.Vault.Life;
using Stillpoint.Vault.Packs;
using Stillpoint.Vault.Stores;
using System.Collections.Concurrent;

namespace Stillpoint.Vault;

/// <param name="Objects">Packs, and in the check without a key also index segments, looked at.</param>
/// <param name="Bytes">Stored bytes read.</param>
/// <param name="Damage">One failure per damaged object or entry, with the object's name as argument <c>object</c>.</param>
/// <param name="Points">Points that cannot be restored whole because of it. Empty in the check without a key: it cannot know.</param>
public sealed record VerifyReport(long Objects, long Bytes, IReadOnlyList<Failure> Damage, IReadOnlyList<DamagedPoint> Points)
{
    public bool IsWhole => Damage.Count == 0 && Points.Count == 0;
}

/// <param name="Blocks">Blocks of the tree that no whole entry holds; -1 where the manifest itself or pages are lost, so that it cannot be told.</param>
public sealed record DamagedPoint(PointId Point, string Series, string Tree, long Blocks);

public static class VaultVerify
{
    /// <summary>Every pack and index segment against the hash it is named by. Needs no key.</summary>
    /// <param name="progress">Called with stored bytes done since the last call; from several threads.</param>
    public static async Task<VerifyReport> PacksAsync(IBlobStore store, Action<long>? progress, CancellationToken ct)
    {
        var header = await VaultDoor.ReadHeaderAsync(store, ct).ConfigureAwait(false);
        var damage = new ConcurrentBag<Failure>();
        var id = VaultHeader.Parse(header).Id;
        foreach (var slot in (await VaultDoor.ReadSlotsAsync(store, id, ct).ConfigureAwait(false)).Damaged) damage.Add(Damage.Of(slot, "check sum of a key slot").Failure);
        var blobs = (await PackCheck.ListPacksAsync(store, ct).ConfigureAwait(false)).ConvertAll(p => p.Blob);
        await foreach (var blob in store.ListAsync(IndexFormat.Folder, ct).ConfigureAwait(false)) blobs.Add(blob);
        await Parallel.ForEachAsync(blobs, ct, async (blob, token) =>
        {
            using var buffer = RentedBytes.Of(1 << 20);
            if (await PackCheck.HashAsync(store, blob, buffer.Array, token).ConfigureAwait(false) is { } failure) damage.Add(failure);
            progress?.Invoke(blob.Length);
        }).ConfigureAwait(false);
        return new(blobs.Count, blobs.Sum(b => b.Length), [.. damage.OrderBy(d => d.Arguments["object"], StringComparer.Ordinal)], []);
    }

    /// <summary>
    /// Every entry of every pack down to its plain bytes and id, then every tree of every point: does a whole entry exist for each id? What is found damaged
    /// is recorded in the vault (where it can be written), so that no new point refers to it and the next backup stores those blocks again.
    /// </summary>
    public static async Task<VerifyReport> FullAsync(OpenVault vault, Action<long>? progress, CancellationToken ct)
    {
        var parts = vault.Parts;
        var lease = await vault.TakeReaderLeaseAsync(null, "verify", ct).ConfigureAwait(false);
        try
        {
            await parts.Index.RefreshAsync(ct).ConfigureAwait(false);
            var manifests = await vault.ListDamagedAsync(ct).ConfigureAwait(false);
            var packs = await new EntryCheck(parts, progress).RunAsync(ct).ConfigureAwait(false);
            var points = new List<DamagedPoint>();
            var trees = new TreeCheck(parts, packs);
            foreach (var point in await vault.ListPointsAsync(null, ct).ConfigureAwait(false))
                foreach (var tree in point.Trees)
                    if (await trees.CountDamagedAsync(tree, ct).ConfigureAwait(false) is var lost && lost != 0) points.Add(new(point.Id, point.SeriesLabel, tree.Name, lost));
            await RecordAsync(vault, packs, ct).ConfigureAwait(false);
            return new(packs.Packs, packs.Bytes, [.. manifests, .. parts.Index.Damaged, .. packs.Failures, .. trees.Missing], points);
        }
        finally
        {
            if (lease is not null) await lease.DisposeAsync().ConfigureAwait(false);
        }
    }

    private static async Task RecordAsync(OpenVault vault, EntryVerdict verdict, CancellationToken ct)
    {
        var parts = vault.Parts;
        var news = verdict.DamagedEntries.Where(e => !parts.Index.Exclusions.DamagedEntries.Contains(e)).ToList();
        if (news.Count == 0) return;
        try
        {
            await DamageRecords.PutAsync(Reserve.Over(parts), news, ct).ConfigureAwait(false);
        }
        catch (FailureException e) when (e.Failure.Code == FailureCode.VaultReadOnly)
        {
            return; // the report says it; there is nothing to protect in a vault nobody can write
        }
        await parts.Index.RefreshAsync(ct).ConfigureAwait(false);
    }
}
