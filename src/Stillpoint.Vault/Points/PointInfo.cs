using Stillpoint.Model;

namespace Stillpoint.Vault;

/// <summary>A line of points that belong together (one VM's). Opaque to the vault.</summary>
public readonly record struct SeriesId(Guid Value)
{
    public override string ToString() => Value.ToString("D");
}

/// <summary>One tree of a point: a disk.</summary>
/// <param name="Root">Where the tree begins; opaque outside the vault.</param>
public sealed record TreeInfo(string Name, long SizeBytes, BlockId Root);

/// <summary>A point as its manifest tells it.</summary>
/// <param name="Rank">A small integer; higher is worth more (consistency).</param>
/// <param name="Metadata">The caller's bytes, encrypted in the manifest. At most 16 MiB.</param>
/// <param name="BytesStored">What the point added to the vault: packs and index segments (the manifest itself is not in it).</param>
public sealed record PointInfo(
    PointId Id,
    SeriesId Series,
    string SeriesLabel,
    DateTimeOffset Created,
    int Rank,
    IReadOnlyList<TreeInfo> Trees,
    ReadOnlyMemory<byte> Metadata,
    long BytesStored)
{
    public TreeInfo? FindTree(string name) => Trees.FirstOrDefault(t => t.Name == name);
}
