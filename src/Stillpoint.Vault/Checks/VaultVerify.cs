using Stillpoint.Model;
using Stillpoint.Vault.Checks;
using Stillpoint.Vault.Index;
using Stillpoint.Vault.Keys;
using Stillpoint.Vault.Life;
using Stillpoint.Vault.Packs;
using Stillpoint.Vault.Points;
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

    /// <summary>Packs that were not looked at: outside the sample, or the time was up.</summary>
    public long Left { get; init; }

    /// <summary>Points whose trees were not walked because the time was up.</summary>
    public long PointsLeft { get; init; }
}

/// <param name="Share">0 to 1: of the packs (and in the check without a key index segments), those whose last proof is oldest.</param>
/// <param name="MaxTime">After it nothing more is begun. Null: none.</param>
public sealed record VerifyOptions(double Share = 1, TimeSpan? MaxTime = null);

/// <param name="Blocks">Blocks of the tree that no whole entry holds; -1 where the manifest itself or pages are lost, so that it cannot be told.</param>
public sealed record DamagedPoint(PointId Point, string Series, string Tree, long Blocks);

public static class VaultVerify
{
    public static Task<VerifyReport> PacksAsync(IBlobStore store, Action<long>? progress, CancellationToken ct) =>
        PacksAsync(store, new(), TimeProvider.System, progress, ct);

    /// <summary>
    /// Every pack and index segment against the hash it is named by, or some of them: those found whole longest ago. Needs no key. Where only some are looked at, what was
    /// found whole is noted in the vault for the next time, if it can be written.
    /// </summary>
    /// <param name="progress">Called with stored bytes done since the last call; from several threads.</param>
    public static async Task<VerifyReport> PacksAsync(IBlobStore store, VerifyOptions options, TimeProvider clock, Action<long>? progress, CancellationToken ct)
    {
        var began = clock.GetTimestamp();
        var header = await VaultDoor.ReadHeaderAsync(store, ct).ConfigureAwait(false);
        var damage = new ConcurrentBag<Failure>();
        foreach (var slot in (await VaultDoor.ReadSlotsAsync(store, VaultHeader.Parse(header), ct).ConfigureAwait(false)).Damaged) damage.Add(Damage.Of(slot, "check sum of a key slot").Failure);
        var all = (await PackCheck.ListPacksAsync(store, ct).ConfigureAwait(false)).ConvertAll(p => p.Blob);
        await foreach (var blob in store.ListAsync(IndexFormat.Folder, ct).ConfigureAwait(false)) all.Add(blob);
        var proofs = options == new VerifyOptions() ? null : await HashProofs.LoadAsync(store, ct).ConfigureAwait(false);
        var some = all.OrderBy(b => proofs?.Times.GetValueOrDefault(NameOf(b), long.MinValue) ?? 0).ThenBy(b => b.Name, StringComparer.Ordinal)
            .Take((int)Math.Ceiling(all.Count * Math.Clamp(options.Share, 0, 1)));
        var whole = new ConcurrentBag<BlobInfo>();
        var (looked, bytes) = (0L, 0L);
        await Parallel.ForEachAsync(some, ct, async (blob, token) =>
        {
            if (options.MaxTime is { } most && clock.GetElapsedTime(began) >= most) return;
            using var buffer = RentedBytes.Of(1 << 20);
            if (await PackCheck.HashAsync(store, blob, buffer.Array, token).ConfigureAwait(false) is not { } failure) whole.Add(blob);
            else if (await store.FindAsync(blob.Name, token).ConfigureAwait(false) is not null) damage.Add(failure); // else it was collected meanwhile
            Interlocked.Increment(ref looked);
            Interlocked.Add(ref bytes, blob.Length);
            progress?.Invoke(blob.Length);
        }).ConfigureAwait(false);
        if (proofs is not null) await NoteAsync(store, proofs, all, whole, ct).ConfigureAwait(false);
        return new(looked, bytes, [.. damage.OrderBy(d => d.Arguments["object"], StringComparer.Ordinal)], []) { Left = all.Count - looked };
    }

    public static Task<VerifyReport> FullAsync(OpenVault vault, Action<long>? progress, CancellationToken ct) => FullAsync(vault, new(), progress, ct);

    /// <summary>
    /// Every entry of every pack down to its plain bytes and id (or of some packs: those whose last proof is oldest), then every tree of every point: does a whole
    /// entry exist for each id? What is found damaged is recorded in the vault (where it can be written), so that no new point refers to it and the next backup
    /// stores those blocks again; what is whole is recorded too.
    /// </summary>
    public static async Task<VerifyReport> FullAsync(OpenVault vault, VerifyOptions options, Action<long>? progress, CancellationToken ct)
    {
        var parts = vault.Parts;
        var began = parts.Clock.GetTimestamp();
        bool Late() => options.MaxTime is { } most && parts.Clock.GetElapsedTime(began) >= most;
        var lease = await vault.TakeReaderLeaseAsync(null, "verify", ct).ConfigureAwait(false);
        try
        {
            await parts.Index.RefreshAsync(ct).ConfigureAwait(false);
            var manifests = await vault.ListDamagedAsync(ct).ConfigureAwait(false);
            var saved = await VaultSaved.FindDamagedAsync(vault, ct).ConfigureAwait(false);
            var proofs = await Proofs.LoadAsync(parts, ct).ConfigureAwait(false);
            var now = (lease is null ? parts.Clock.GetUtcNow() : await parts.Store.NowAsync(ct).ConfigureAwait(false)).ToUnixTimeMilliseconds();
            var all = await PackCheck.ListPacksAsync(parts.Store, ct).ConfigureAwait(false);
            var some = OldestFirst(all, proofs).Take((int)Math.Ceiling(all.Count * Math.Clamp(options.Share, 0, 1))).ToList();
            var packs = await new EntryCheck(parts, Late, progress).RunAsync(some, all.Count - some.Count, ct).ConfigureAwait(false);
            var trees = new TreeCheck(parts, packs);
            var (points, whole, left) = await TreesAsync(vault, trees, proofs, Late, ct).ConfigureAwait(false);
            // Where it cannot be known what is needed, all is.
            if (manifests.Count == 0 && parts.Index.Damaged.Count == 0 && !trees.IndexIsDamaged && left == 0) packs = Needed(packs, trees.Wanting);
            await RecordAsync(vault, packs, trees.MissingIds, ct).ConfigureAwait(false);
            foreach (var pack in proofs.Packs.Keys.Except(all.Select(NameOf)).ToList()) proofs.Packs.Remove(pack);
            foreach (var pack in packs.WholePacks) proofs.Packs[pack] = now;
            foreach (var point in whole) proofs.Points[point] = now;
            foreach (var point in points) proofs.Points.Remove(point.Point);
            if (lease is not null) await proofs.SaveAsync(parts, ct).ConfigureAwait(false);
            return new(packs.Packs, packs.Bytes, [.. manifests, .. saved, .. parts.Index.Damaged, .. packs.Failures, .. packs.Absent.Select(a => a.Failure), .. trees.Missing], points)
            {
                Left = packs.Left, PointsLeft = left,
            };
        }
        finally
        {
            if (lease is not null) await lease.DisposeAsync().ConfigureAwait(false);
        }
    }

    internal static BlockId NameOf((PackKind Kind, BlobInfo Blob) pack) =>
        BlockId.TryParseHex(pack.Blob.Name.AsSpan(pack.Blob.Name.LastIndexOf('/') + 1), out var name) ? name : BlockId.Zero;

    private static BlockId NameOf(BlobInfo blob) => NameOf((default, blob));

    private static async Task NoteAsync(IBlobStore store, HashProofs proofs, List<BlobInfo> all, IEnumerable<BlobInfo> whole, CancellationToken ct)
    {
        var now = await store.NowAsync(ct).ConfigureAwait(false);
        foreach (var gone in proofs.Times.Keys.Except(all.Select(NameOf)).ToList()) proofs.Times.Remove(gone);
        foreach (var blob in whole) proofs.Times[NameOf(blob)] = now.ToUnixTimeMilliseconds();
        await proofs.SaveAsync(store, now, ct).ConfigureAwait(false);
    }

    private static IEnumerable<(PackKind Kind, BlobInfo Blob)> OldestFirst(List<(PackKind Kind, BlobInfo Blob)> packs, Proofs proofs) =>
        packs.OrderBy(p => proofs.Packs.GetValueOrDefault(NameOf(p), long.MinValue)).ThenBy(p => p.Blob.Name, StringComparer.Ordinal);

    private static async Task<(List<DamagedPoint> Hit, List<PointId> Whole, long Left)> TreesAsync(
        OpenVault vault, TreeCheck trees, Proofs proofs, Func<bool> late, CancellationToken ct)
    {
        var (hit, whole, left) = (new List<DamagedPoint>(), new List<PointId>(), 0L);
        var points = await vault.ListBareAsync(ct).ConfigureAwait(false);
        foreach (var point in points.OrderBy(p => proofs.Points.GetValueOrDefault(p.Id, long.MinValue)).ThenBy(p => p.Id))
        {
            if (late())
            {
                left++;
                continue;
            }
            var before = trees.Missing.Count;
            var lost = new List<DamagedPoint>();
            foreach (var tree in point.Trees)
                if (await trees.CountDamagedAsync(tree, ct).ConfigureAwait(false) is var count && count != 0) lost.Add(new(point.Id, point.SeriesLabel, tree.Name, count));
            if (lost.Count == 0) whole.Add(point.Id);
            else if (await vault.Parts.Store.FindAsync(Manifest.NameOf(point.Series, point.Id), ct).ConfigureAwait(false) is not null) hit.AddRange(lost);
            else trees.TakeBack(before);
        }
        foreach (var forgotten in await vault.ListForgottenAsync(ct).ConfigureAwait(false))
        {
            if (late()) left++;
            else foreach (var tree in forgotten.Point.Trees) await trees.WantAsync(tree, ct).ConfigureAwait(false);
        }
        return ([.. hit.OrderBy(h => h.Point)], whole, left);
    }

    /// <summary>
    /// Without what is gone and no point needs: packs that a writer indexed after it had slept through their collection, deltas that died before their base did.
    /// </summary>
    private static EntryVerdict Needed(EntryVerdict verdict, IReadOnlySet<(BlockId Pack, BlockId Id)> wanting)
    {
        var packs = wanting.Select(w => w.Pack).ToHashSet();
        var harmless = verdict.Absent.Where(a => a.Id.IsZero ? !packs.Contains(a.Pack) : !wanting.Contains((a.Pack, a.Id))).Select(a => (a.Pack, a.Id)).ToHashSet();
        return verdict with
        {
            Absent = [.. verdict.Absent.Where(a => !harmless.Contains((a.Pack, a.Id)))],
            DamagedEntries = verdict.DamagedEntries.Where(e => !harmless.Contains(e) && !harmless.Contains((e.Pack, BlockId.Zero))).ToHashSet(),
        };
    }

    private static async Task RecordAsync(OpenVault vault, EntryVerdict verdict, IReadOnlySet<BlockId> missing, CancellationToken ct)
    {
        var parts = vault.Parts;
        var known = parts.Index.Exclusions.DamagedEntries;
        var news = verdict.DamagedEntries.Concat(missing.Select(id => (BlockId.Zero, id))).Where(e => !known.Contains(e)).ToList();
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
