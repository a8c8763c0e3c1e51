using Stillpoint.Model;
using Stillpoint.Vault.Packs;
using Stillpoint.Vault.Points;
using Stillpoint.Vault.Trees;

namespace Stillpoint.Vault.Copies;

/// <summary>
/// Walks a point's trees and finds which of the source's packs the twin lacks for it. Subtrees that a point already in the twin has are not entered, so
/// that the walk costs what changed.
/// </summary>
internal sealed class PointNeeds(VaultParts source, VaultParts twin)
{
    private readonly HashSet<(BlockId Id, int Level)> _seen = [];
    private readonly Dictionary<BlockId, PackRef> _lacking = [];
    private readonly HashSet<BlockId> _used = [];

    /// <summary>Packs to copy.</summary>
    public IReadOnlyCollection<PackRef> Lacking => _lacking.Values;

    /// <summary>The twin's own packs that the point will refer to.</summary>
    public IReadOnlyCollection<BlockId> Used => _used;

    /// <param name="base">A tree of a point in the twin, of the same shape; null: none.</param>
    /// <exception cref="FailureException">VaultDamaged: the source cannot give all of it.</exception>
    public ValueTask AddAsync(TreeInfo tree, TreeInfo? @base, CancellationToken ct)
    {
        var depth = new TreeShape(tree.SizeBytes, source.Header.BlockSize).Depth;
        var sameShape = @base is not null && new TreeShape(@base.SizeBytes, source.Header.BlockSize).Depth == depth;
        return WalkAsync(tree.Root, sameShape ? @base!.Root : BlockId.Zero, depth, ct);
    }

    private async ValueTask WalkAsync(BlockId id, BlockId @base, int level, CancellationToken ct)
    {
        if (id.IsZero || id == @base || !_seen.Add((id, level))) return;
        await NeedAsync(id, ct).ConfigureAwait(false);
        if (level == 0) return;
        var page = await source.Pages.ReadAsync(id, ct).ConfigureAwait(false);
        var before = @base.IsZero ? null : await twin.Pages.ReadAsync(@base, ct).ConfigureAwait(false);
        for (var slot = 0; slot < TreeShape.Fan; slot++)
            await WalkAsync(TreePages.Slot(page, slot), before is null ? BlockId.Zero : TreePages.Slot(before, slot), level - 1, ct).ConfigureAwait(false);
    }

    private async ValueTask NeedAsync(BlockId id, CancellationToken ct)
    {
        if (Live(await twin.Index.FindAllAsync(id, ct).ConfigureAwait(false), twin) is { } there)
        {
            _used.Add(there.Pack.Name);
            if (there.Entry.Codec == Codec.Delta && _seen.Add((there.Entry.Base, 0))) await NeedAsync(there.Entry.Base, ct).ConfigureAwait(false);
            return;
        }
        var place = Live(await source.Index.FindAllAsync(id, ct).ConfigureAwait(false), source)
            ?? throw new FailureException(Failure.Of(FailureCode.VaultDamaged, Stage.Vault, ("object", "index"), ("block", id.ToHex())).With(new("index", "no whole place of this id")));
        _lacking.TryAdd(place.Pack.Name, place.Pack);
        if (place.Entry.Codec == Codec.Delta && _seen.Add((place.Entry.Base, 0))) await NeedAsync(place.Entry.Base, ct).ConfigureAwait(false);
    }

    /// <summary>A condemned pack of the source is as good as any to copy from: this run's lease keeps it. In the twin only what new points may refer to counts.</summary>
    private Place? Live(List<Place> places, VaultParts vault)
    {
        foreach (var place in places)
        {
            var excluded = vault == twin ? vault.Index.Exclusions.Contains(place) : vault.Index.Exclusions.DamagedEntries.Contains((place.Pack.Name, place.Entry.Id));
            if (!excluded) return place;
        }
        return null;
    }
}
