using Stillpoint.Model;
using Stillpoint.Vault.Sealed;

namespace Stillpoint.Vault.Leases;

/// <summary>The payload of a lease: docs/formats/lease.md.</summary>
internal sealed record LeaseTerms(LeaseKind Kind, TimeSpan Duration, PointId? Point, PointId? Base, ProcessIdentity Holder, string Purpose)
{
    public static readonly TimeSpan DefaultDuration = TimeSpan.FromMinutes(10);

    /// <summary>By the store's clock. Packs written before it are not this holder's; null: not told.</summary>
    public DateTimeOffset? Begun { get; init; }

    public byte[] Write()
    {
        var w = new PayloadWriter();
        w.U8((byte)Kind);
        w.U32((uint)Duration.TotalSeconds);
        WritePoint(w, Point);
        WritePoint(w, Base);
        w.U32((uint)Holder.Pid);
        w.U64(Holder.StartTicks);
        w.Guid(Holder.BootId);
        w.Text(Holder.Host);
        w.Text(Purpose);
        w.I64(Begun?.ToUnixTimeMilliseconds() ?? -1);
        return w.Written.ToArray();
    }

    /// <exception cref="FailureException">VaultDamaged.</exception>
    public static LeaseTerms Read(string name, ReadOnlySpan<byte> payload)
    {
        var r = new PayloadReader(payload, name);
        var kind = r.U8();
        if (kind is 0 or > 4) throw Damage.Newer(name);
        var duration = TimeSpan.FromSeconds(r.U32());
        var point = ReadPoint(ref r);
        var @base = ReadPoint(ref r);
        var (pid, start, boot, host) = ((int)r.U32(), r.U64(), r.Guid(), r.Text());
        var purpose = r.Text();
        var begun = r.AtEnd ? -1 : r.I64(); // leases of the first version end before it
        return new((LeaseKind)kind, duration, point, @base, new(host, boot, pid, start), purpose)
        {
            Begun = begun is < 0 or > 253402300799999 ? null : DateTimeOffset.FromUnixTimeMilliseconds(begun),
        };
    }

    private static void WritePoint(PayloadWriter w, PointId? point)
    {
        if (point is { } p) p.Value.CopyTo(w.Next(16));
        else w.Next(16).Clear();
    }

    private static PointId? ReadPoint(ref PayloadReader r)
    {
        var bytes = r.Take(16);
        return bytes.IndexOfAnyExcept((byte)0) < 0 ? null : new(Ulid.FromBytes(bytes));
    }
}
