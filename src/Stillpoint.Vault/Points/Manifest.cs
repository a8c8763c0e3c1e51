using Stillpoint.Model;
using Stillpoint.Vault.Sealed;

namespace Stillpoint.Vault.Points;

/// <summary>The payload of manifests and pending manifests: docs/formats/manifest.md.</summary>
internal static class Manifest
{
    public const int MaxMetadata = 16 << 20;

    public static string NameOf(SeriesId series, PointId point) => $"{SealedKind.Manifest.Folder}{series}/{point}";

    /// <summary>What <see cref="NameOf"/> made.</summary>
    public static bool TryParse(string name, out SeriesId series, out PointId point)
    {
        (series, point) = (default, default);
        if (name[SealedKind.Manifest.Folder.Length..].Split('/') is not [var of, var id] || !Guid.TryParseExact(of, "D", out var guid)) return false;
        series = new(guid);
        return PointId.TryParse(id, out point);
    }

    public static string PendingNameOf(PointId point) => SealedKind.Pending.Folder + point;

    public static byte[] Write(PointInfo point, BlockId previous)
    {
        var w = new PayloadWriter();
        point.Id.Value.CopyTo(w.Next(16));
        w.Guid(point.Series.Value);
        w.I64(point.Created.ToUnixTimeMilliseconds());
        w.U32((uint)point.Rank);
        w.Id(previous);
        w.U64((ulong)point.BytesStored);
        w.Text(point.SeriesLabel);
        w.U16((ushort)point.Trees.Count);
        foreach (var tree in point.Trees)
        {
            w.Text(tree.Name);
            w.U64((ulong)tree.SizeBytes);
            w.Id(tree.Root);
        }
        w.U32((uint)point.Metadata.Length);
        w.Bytes(point.Metadata.Span);
        w.U16(0);
        return w.Written.ToArray();
    }

    /// <exception cref="FailureException">VaultDamaged, VaultFormatNewer.</exception>
    public static PointInfo Read(string name, ReadOnlySpan<byte> payload)
    {
        var r = new PayloadReader(payload, name);
        var id = new PointId(Ulid.FromBytes(r.Take(16)));
        var series = new SeriesId(r.Guid());
        var created = r.I64();
        var rank = (int)r.U32();
        _ = r.Id();
        var stored = r.U64();
        var label = r.Text();
        var trees = new List<TreeInfo>();
        for (int i = 0, count = r.U16(); i < count; i++)
        {
            var treeName = r.Text();
            var size = r.U64();
            if (size > 1UL << 60) throw Damage.Of(name, "size of a tree");
            trees.Add(new(treeName, (long)size, r.Id()));
        }
        var metadata = r.Take(Math.Min(r.U32(), int.MaxValue) is var length and <= MaxMetadata ? (int)length : throw Damage.Of(name, "length of the metadata")).ToArray();
        for (int i = 0, count = r.U16(); i < count; i++)
        {
            if ((r.U16() & 0x8000) != 0) throw Damage.Newer(name);
            _ = r.Take((int)Math.Min(r.U32(), int.MaxValue));
        }
        r.End();
        if (created is < 0 or > 253402300799999) throw Damage.Of(name, "time");
        return new(id, series, label, DateTimeOffset.FromUnixTimeMilliseconds(created), rank, trees, metadata, (long)Math.Min(stored, long.MaxValue));
    }
}
