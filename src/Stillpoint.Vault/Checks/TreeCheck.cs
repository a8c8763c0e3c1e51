using Stillpoint.Model;

using Stillpoint.Vault.Points;
using Stillpoint.Vault.Trees;

namespace Stillpoint.Vault.Checks;

/// <summary>Whether every id of a tree has a whole entry. Shared pages are judged once, so memory follows unique pages.</summary>
internal sealed class TreeCheck(VaultParts parts, EntryVerdict verdict)
{
    private readonly Dictionary<(BlockId, int), long> _judged = [];
    private readonly HashSet<BlockId> _missing = [];
    private readonly HashSet<(BlockId Pack, BlockId Id)> _wanting = [];
    private readonly List<Failure> _failures = [];

    /// <summary>Ids that no entry at all is known for.</summary>
    public IReadOnlyList<Failure> Missing => _failures;

    public IReadOnlySet<BlockId> MissingIds => _missing;

    /// <summary>Damaged places of ids that some tree needs and that no place holds whole.</summary>
    public IReadOnlySet<(BlockId Pack, BlockId Id)> Wanting => _wanting;

    /// <returns>Damaged blocks; -1 if pages are lost, so that it cannot be told.</returns>
    public async Task<long> CountDamagedAsync(TreeInfo tree, CancellationToken ct)
    {
        var shape = new TreeShape(tree.SizeBytes, parts.Header.BlockSize);
        return await CountAsync(tree.Root, shape.Depth, ct).ConfigureAwait(false) is var n && n < 0 ? -1 : n;
    }

    /// <summary>Part of the index cannot be read: <see cref="Wanting"/> may lack something.</summary>
    public bool IndexIsDamaged { get; private set; }

    /// <summary>For points that are forgotten and still there: what they need is told as damage if it is gone, but not as a point that is hit.</summary>
    public async Task WantAsync(TreeInfo tree, CancellationToken ct)
    {
        var before = _failures.Count;
        await CountDamagedAsync(tree, ct).ConfigureAwait(false);
        TakeBack(before);
    }

    /// <summary>Takes back what was told since: the point was collected while it was looked at.</summary>
    public void TakeBack(int failures)
    {
        foreach (var failure in _failures.Skip(failures))
            if (failure.Arguments.TryGetValue("block", out var hex) && BlockId.TryParseHex(hex, out var id)) _missing.Remove(id);
        _failures.RemoveRange(failures, _failures.Count - failures);
    }

    private async ValueTask<long> CountAsync(BlockId id, int level, CancellationToken ct)
    {
        if (id.IsZero) return 0;
        if (level == 0) return await IsWholeAsync(id, ct).ConfigureAwait(false) ? 0 : 1;
        if (_judged.TryGetValue((id, level), out var known)) return known;
        long count = 0;
        try
        {
            var page = await parts.Pages.ReadAsync(id, ct).ConfigureAwait(false);
            for (var slot = 0; slot < TreeShape.Fan && count >= 0; slot++)
                count = await CountAsync(TreePages.Slot(page, slot), level - 1, ct).ConfigureAwait(false) is var below and >= 0 ? count + below : -1;
        }
        catch (FailureException e) when (e.Failure.Code == FailureCode.VaultDamaged)
        {
            if (_missing.Add(id)) _failures.Add(e.Failure);
            await NeedAsync(id, ct).ConfigureAwait(false);
            count = -1;
        }
        _judged[(id, level)] = count;
        return count;
    }

    private async ValueTask NeedAsync(BlockId id, CancellationToken ct)
    {
        try
        {
            foreach (var place in await parts.Index.FindAllAsync(id, ct).ConfigureAwait(false))
            {
                _wanting.Add((place.Pack.Name, id));
                if (place.Entry.Codec != Packs.Codec.Delta) continue;
                foreach (var under in await parts.Index.FindAllAsync(place.Entry.Base, ct).ConfigureAwait(false)) _wanting.Add((under.Pack.Name, place.Entry.Base));
            }
        }
        catch (FailureException e) when (e.Failure.Code == FailureCode.VaultDamaged)
        {
            IndexIsDamaged = true;
        }
    }

    private async ValueTask<bool> IsWholeAsync(BlockId id, CancellationToken ct)
    {
        var places = await parts.Index.FindAllAsync(id, ct).ConfigureAwait(false);
        foreach (var place in places)
        {
            if (verdict.DamagedEntries.Contains((place.Pack.Name, id))) continue;
            // What an earlier run could not read for want of its base may be read again, and this run has just done so.
            if (verdict.WholePacks.Contains(place.Pack.Name) || !parts.Index.Exclusions.DamagedEntries.Contains((place.Pack.Name, id))) return true;
        }
        await NeedAsync(id, ct).ConfigureAwait(false);
        if (places.Count == 0 && _missing.Add(id))
            _failures.Add(Failure.Of(FailureCode.VaultDamaged, Stage.Vault, ("object", "index"), ("block", id.ToHex())).With(new("index", "no segment knows this id")));
        return false;
    }
}
