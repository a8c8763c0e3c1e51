namespace Stillpoint.Model;

public enum ReadMode
{
    Full,
    Incremental,
}

/// <summary>One disk of a recovery point.</summary>
/// <param name="Name">The disk's target in the VM (<c>vda</c>): also the name of its tree in the vault.</param>
/// <param name="SizeBytes">Virtual size.</param>
/// <param name="BytesRead">Read from the hypervisor for this point; the sampled re-read is not in it.</param>
/// <param name="BytesChanged">Plain bytes of the blocks that differ from the base tree.</param>
public sealed record PointDisk(string Name, string Format, long SizeBytes, ReadMode Mode, long BytesRead, long BytesChanged);

/// <summary>A disk or device that is not in the point, and why.</summary>
public sealed record LeftOut(string Name, string Kind, Failure Reason);

/// <summary>A recovery point as people see it. It is whole: a point exists once its manifest does.</summary>
/// <param name="Reason">Why the consistency is lower than wanted; null when it is not.</param>
/// <param name="Frozen">How long the guest was frozen, measured from the freeze command to the confirmed thaw. Null: it was not.</param>
/// <param name="BytesStored">Bytes this point added to the vault, its pages, index and manifest included.</param>
public sealed record RecoveryPoint(
    PointId Id,
    VmId Vm,
    string VmName,
    DateTimeOffset Taken,
    Consistency Consistency,
    Failure? Reason,
    TimeSpan? Frozen,
    string? Checkpoint,
    IReadOnlyList<PointDisk> Disks,
    IReadOnlyList<LeftOut> LeftOut,
    long BytesStored)
{
    public long BytesRead => Disks.Sum(d => d.BytesRead);
}
