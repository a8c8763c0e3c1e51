using Stillpoint.Model;

namespace Stillpoint.Engine.Restore;

/// <summary>What to make of a point.</summary>
public abstract record RestoreOrder(JobId Job, string Point);

/// <summary>A new VM: new UUID, new MACs, disks in a folder or a pool. Not started unless asked.</summary>
/// <param name="Folder">Existing folder; exactly one of this and <paramref name="Pool"/>.</param>
/// <param name="Format">raw or qcow2 for every disk; null: as each was.</param>
/// <param name="NetworkConnected">False: the NICs are there with their link down, so that two VMs do not answer for one address.</param>
public sealed record RestoreAsNewVm(
    JobId Job, string Point, string Name, string? Folder, string? Pool, string? Format, bool NetworkConnected, bool Start)
    : RestoreOrder(Job, Point);

/// <summary>
/// In place, under the VM's own name, UUID, MACs and paths. New disks are written beside the old ones and take their places only when all
/// are whole; a crash at any step leaves either all old or all new ones, and running the restore again finishes it.
/// The VM must be off, or gone. A disk on a block device is written where it is: stopped half way it is torn until the restore is run again.
/// </summary>
/// <param name="KeepOld">Keep the replaced disks beside the new ones, named <c>.before-restore-&lt;job&gt;</c>.</param>
public sealed record RestoreInPlace(JobId Job, string Point, bool KeepOld, bool Start) : RestoreOrder(Job, Point);

/// <summary>Single disks, each to a raw or qcow2 file or a block device.</summary>
public sealed record RestoreDisks(JobId Job, string Point, IReadOnlyList<DiskToRestore> Disks) : RestoreOrder(Job, Point);

/// <param name="Target">Path. A regular file must not exist unless <paramref name="Overwrite"/>; a block device must be large enough.</param>
/// <param name="Format">raw or qcow2; block devices are always raw.</param>
public sealed record DiskToRestore(string Disk, string Target, string Format, bool Overwrite);

/// <param name="VmName">Null when only disks were restored.</param>
public sealed record RestoreResult(PointId Point, string? VmName, VmId? Vm, IReadOnlyList<RestoredDisk> Disks)
{
    /// <summary>What the VM came back without.</summary>
    public IReadOnlyList<Failure> Warnings { get; init; } = [];
}

public sealed record RestoredDisk(string Name, string Target, string Format, long SizeBytes);
