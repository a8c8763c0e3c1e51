using Stillpoint.Hypervisor;
using Stillpoint.Model;
using Stillpoint.Vault;

namespace Stillpoint.Engine.Reconcile;

/// <param name="BaseCheckpoint">Whose bitmap tells what changed; null: full read.</param>
/// <param name="BaseTree">What unchanged blocks are taken from: the base checkpoint's point, or for a full read the newest point that has the disk.</param>
/// <param name="LastFullRead">Of the base; null where this read is the full one.</param>
/// <param name="InCheckpoint">Whether a bitmap of the new checkpoint begins on this disk.</param>
internal sealed record DiskPlan(
    DomainDisk Disk, long SizeBytes, string? BaseCheckpoint, TreeInfo? BaseTree, DateTimeOffset? LastFullRead, bool InCheckpoint)
{
    public string Name => Disk.Name;

    public bool Incremental => BaseCheckpoint is not null;

    public DiskPlan AsFullRead() => this with { BaseCheckpoint = null, LastFullRead = null };
}

/// <summary>What will be read of a VM, from which base, and what will not.</summary>
/// <param name="NextStartXml">libvirt's XML for the next start: what "restore it as it was" means. Asked before the snapshot, so that a libvirtd that
/// goes away during the transfer costs nothing.</param>
/// <param name="Turn">How many points the series has: turns the sampled re-read.</param>
/// <param name="Pin">The base point to pin while the job runs: the newest one that a disk builds on.</param>
/// <param name="KeepsNone">The VM is to carry no checkpoint of ours between jobs, older ones included.</param>
/// <param name="OurCheckpoints">This vault's checkpoints on the VM now, to be deleted once the new one stands, or none is to.</param>
/// <param name="Foreign">Whether other tools' checkpoints are on the VM: then ours is hidden between jobs.</param>
internal sealed record CapturePlan(
    DomainConfig Config,
    string NextStartXml,
    bool Autostart,
    IReadOnlyList<DiskPlan> Disks,
    IReadOnlyList<LeftOut> LeftOut,
    int Turn,
    PointInfo? Pin,
    bool MakesCheckpoint,
    bool KeepsNone,
    IReadOnlyList<string> OurCheckpoints,
    bool Foreign)
{
    public CapturePlan AsFullRead() => this with { Disks = [.. Disks.Select(d => d.AsFullRead())] };
}
