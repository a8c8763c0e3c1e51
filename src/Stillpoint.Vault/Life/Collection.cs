using Stillpoint.Model;
using Stillpoint.Vault.Index;
using Stillpoint.Vault.Leases;
using Stillpoint.Vault.Packs;
using Stillpoint.Vault.Points;
using Stillpoint.Vault.Sealed;
using Stillpoint.Vault.Stores;

namespace Stillpoint.Vault.Life;

/// <summary>One run of garbage collection. The order of <see cref="RoundAsync"/> is what keeps it from ever taking something that is needed: docs/formats/gc.md.</summary>
/// <param name="plain">The store without the reserve, for what is worth no reserve.</param>
/// <param name="lease">Null: nothing is changed.</param>
internal sealed class Collection(VaultParts parts, IBlobStore plain, GcOptions options, LeaseKeeper? lease)
{
    private static readonly TimeSpan Margin = TimeSpan.FromMinutes(5);
    private readonly long _began = parts.Clock.GetTimestamp();
    private readonly MarkSet _marks = new();
    private readonly HashSet<BlockId> _lost = [];
    private readonly RootWalk _roots = new(parts, options.DryRun);
    private readonly HashSet<string> _leaving = new(StringComparer.Ordinal);
    private PackLedger _ledger = new();
    private DateTimeOffset _protectFrom;
    private long _deleted, _freed, _repacked;
    private bool _unfinished;

    public async Task<GcReport> RunAsync(CancellationToken ct)
    {
        await parts.Index.RefreshAsync(ct).ConfigureAwait(false);
        var before = parts.Index.Segments.Count + parts.Index.View.Superseded.Count;
        var expired = await Tidying.FindExpiredAsync(parts, options.Now, tell: !options.DryRun, ct).ConfigureAwait(false);
        var leases = 0;
        if (options.DryRun)
        {
            _leaving.UnionWith(expired.Taken.Select(m => m.Manifest));
            await MarkAsync(ct).ConfigureAwait(false);
            Count(_ledger.Packs.Values.Where(MayGo));
            return Report(expired, before, before, 0);
        }
        leases = await Tidying.LeasesAsync(parts, ct).ConfigureAwait(false);
        await Fences.TidyAsync(parts, ct).ConfigureAwait(false);
        await VaultSaved.TidyAsync(parts, ct).ConfigureAwait(false);
        await Tidying.TakeAsync(parts, expired, ct).ConfigureAwait(false);
        await TellAsync(GcStep.Tidied).ConfigureAwait(false);
        await RoundAsync(ct).ConfigureAwait(false);
        while (!_unfinished && !IsLate && await RepackAsync(ct).ConfigureAwait(false)) await RoundAsync(ct).ConfigureAwait(false);
        if (!_unfinished)
        {
            await DamageTidy.RunAsync(parts, _ledger, _lost, ct).ConfigureAwait(false);
            await SegmentMerge.RunAsync(parts, await IndexedForNothingAsync(ct).ConfigureAwait(false), ct).ConfigureAwait(false);
        }
        await Reserve.MakeAsync(parts.Store, ct).ConfigureAwait(false);
        return Report(expired, before, parts.Index.Segments.Count, leases);
    }

    private bool IsLate => options.MaxTime is { } most && parts.Clock.GetElapsedTime(_began) >= most;

    /// <summary>Condemns every dead pack, waits, marks again, and deletes what is dead still, with whatever an earlier run condemned and did not finish.</summary>
    private async Task RoundAsync(CancellationToken ct)
    {
        await MarkAsync(ct).ConfigureAwait(false);
        await TellAsync(GcStep.Marked).ConfigureAwait(false);
        var condemned = parts.Index.Exclusions.CondemnedPacks;
        var news = _ledger.Packs.Where(p => (MayGo(p.Value) || IsLostAndUnneeded(p.Value)) && !condemned.Contains(p.Key)).ToList();
        if (news.Count + condemned.Count == 0) return;
        foreach (var some in news.Chunk(1_000_000))
            await PutCondemnedAsync(some.ToList().ConvertAll(p => (p.Value.Kind, p.Key)), ct).ConfigureAwait(false);
        await TellAsync(GcStep.Condemned).ConfigureAwait(false);
        if (!await OlderWriters.WaitAsync(parts, options, () => IsLate, ct).ConfigureAwait(false))
        {
            _unfinished = true;
            return;
        }
        // Nobody is left who could come to refer to a condemned pack: what still does, is there to be seen.
        await MarkAsync(ct).ConfigureAwait(false);
        await TellAsync(GcStep.MarkedAgain).ConfigureAwait(false);
        var objects = new List<string>();
        await foreach (var blob in parts.Store.ListAsync(SealedKind.Condemned.Folder, ct).ConfigureAwait(false)) objects.Add(blob.Name);
        var dead = parts.Index.Exclusions.CondemnedPacks.Where(p => !_ledger.Packs.TryGetValue(p, out var state) || state.IsDead).ToHashSet();
        var merged = await SegmentMerge.RunAsync(parts, dead, ct).ConfigureAwait(false);
        await TellAsync(GcStep.SegmentsMerged).ConfigureAwait(false);
        var going = dead.Where(p => _ledger.Packs.TryGetValue(p, out var state) && state.IsThere).ToList();
        for (var i = 0; i < going.Count; i++)
        {
            await parts.Store.DeleteAsync(PackFormat.NameOf(_ledger.Packs[going[i]].Kind, going[i]), ct).ConfigureAwait(false);
            options.Tell(GcPhase.Deleting, i + 1, going.Count);
        }
        Count(going.Select(p => _ledger.Packs[p]));
        await TellAsync(GcStep.PacksDeleted).ConfigureAwait(false);
        // The others that were condemned live again by this.
        foreach (var name in objects) await parts.Store.DeleteAsync(name, ct).ConfigureAwait(false);
        if (merged) Forget();
        await TellAsync(GcStep.RoundDone).ConfigureAwait(false);
    }

    /// <returns>Whether there was something to repack and it was done: a round must follow.</returns>
    private async Task<bool> RepackAsync(CancellationToken ct)
    {
        await MarkAsync(ct).ConfigureAwait(false);
        if (parts.Index.Exclusions.CondemnedPacks.Count > 0) return false;
        var packs = RepackChoice.Of(_ledger, _protectFrom);
        if (packs.Count == 0) return false;
        using var repack = new Repack(parts, plain, _marks);
        switch (await repack.RunAsync(packs, (done, total) => options.Tell(GcPhase.Repacking, done, total), ct).ConfigureAwait(false))
        {
            case RepackEnd.Full: return false;
            case RepackEnd.Damaged: return true; // without that pack, the next time
        }
        _repacked += repack.BytesStored;
        await TellAsync(GcStep.Repacked).ConfigureAwait(false);
        return true;
    }

    /// <summary>Packs that are gone and that nothing needs, and that the index names all the same: of a writer that slept while they were collected.</summary>
    private async Task<HashSet<BlockId>> IndexedForNothingAsync(CancellationToken ct)
    {
        var gone = new HashSet<BlockId>();
        foreach (var (name, pack) in _ledger.Packs)
        {
            // Asked again: one that was stored after the packs were listed is indexed by now, too.
            if (pack is { IsIndexed: true, IsThere: false, IsDead: true } && await parts.Store.FindAsync(PackFormat.NameOf(pack.Kind, name), ct).ConfigureAwait(false) is null)
                gone.Add(name);
        }
        return gone;
    }

    /// <summary>While something is lost, packs that no segment names stay: they may hold it, and a rebuilt index would tell.</summary>
    private bool MayGo(PackState pack) => pack.IsThere && pack.IsDead && pack.Written < _protectFrom && (pack.IsIndexed || _lost.Count == 0);

    /// <summary>The index still names it. With a writer at work it may just have been put.</summary>
    private bool IsLostAndUnneeded(PackState pack) => !pack.IsThere && pack.IsDead && _protectFrom == DateTimeOffset.MaxValue;

    private async Task MarkAsync(CancellationToken ct)
    {
        _ledger = new(); // the old one is not held beside the new
        _ledger = await PackLedger.ListAsync(parts.Store, ct).ConfigureAwait(false);
        // After the packs were listed: who wrote one of them and is still at work has a lease here.
        _protectFrom = await ProtectFromAsync(ct).ConfigureAwait(false);
        // Roots before the index: a point that is committed between the two is then not marked, else it would name blocks that no segment knows.
        var roots = await _roots.FindAsync(_leaving, ct).ConfigureAwait(false);
        await parts.Index.RefreshAsync(ct).ConfigureAwait(false);
        if (parts.Index.ExclusionsUnknown is { } unknown) throw new FailureException(unknown);
        if (parts.Index.Damaged is [var damaged, ..]) throw new FailureException(damaged); // what it knows might be needed: rebuild-index first
        var view = parts.Index.View;
        options.Tell(GcPhase.Marking, 0, roots.Count);
        await _roots.MarkAsync(new(parts, view, _marks, _lost), roots, done => options.Tell(GcPhase.Marking, done, roots.Count), ct).ConfigureAwait(false);
        await _ledger.CountAsync(parts, view, _marks, ct).ConfigureAwait(false);
    }

    /// <summary>Packs as young as this may be those of a writer at work: they are not condemned, so that it need not store them twice.</summary>
    private async Task<DateTimeOffset> ProtectFromAsync(CancellationToken ct)
    {
        var writers = (await LeaseList.ReadAsync(parts.Store, parts.Keys, ct).ConfigureAwait(false)).Where(l => l is { Kind: LeaseKind.Writer, State: LeaseState.Live });
        return writers.Select(w => w.Begun is { } begun ? begun - Margin : DateTimeOffset.MinValue).DefaultIfEmpty(DateTimeOffset.MaxValue).Min();
    }

    private Task PutCondemnedAsync(List<(PackKind, BlockId)> packs, CancellationToken ct)
    {
        var name = SealedKind.Condemned.Folder + Ulid.New(parts.Clock);
        return parts.Store.TryPutAsync(name, [SealedObject.Seal(parts.Keys, SealedKind.Condemned, name, Exclusions.WriteCondemned(packs))], ct);
    }

    /// <summary>Marks are by segment: when segments were replaced all is marked anew.</summary>
    private void Forget()
    {
        _marks.Clear();
        _roots.Clear();
        _lost.Clear();
    }

    private void Count(IEnumerable<PackState> packs)
    {
        foreach (var pack in packs) (_deleted, _freed) = (_deleted + 1, _freed + pack.StoredBytes);
    }

    /// <summary>
    /// Between two steps. Who slept past its lease stops there: another collection may have ended what this one began, and what is dead by these marks may have
    /// come back since (a copied pack keeps its name).
    /// </summary>
    private async Task TellAsync(GcStep step)
    {
        if (options.OnStep is { } told) await told(step).ConfigureAwait(false);
        if (lease is not null) await lease.CheckAsync(CancellationToken.None).ConfigureAwait(false);
    }

    private GcReport Report(Expired expired, int before, int after, int leases) => new(
        Points(expired.Taken), Points(expired.InUse), Points(expired.Held), _deleted, _freed, _repacked, _ledger.Packs.Values.Sum(p => p.LiveBytes), before, after, leases,
        _unfinished || IsLate, options.DryRun);

    private static List<string> Points(IEnumerable<ForgottenMark> marks) => [.. marks.Where(m => !m.IsFence).Select(m => m.Manifest[(m.Manifest.LastIndexOf('/') + 1)..]).Order(StringComparer.Ordinal)];
}
