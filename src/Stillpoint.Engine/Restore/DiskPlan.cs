using Stillpoint.Engine.Points;
using Stillpoint.Hypervisor.Targets;
using Stillpoint.Model;
using Stillpoint.Vault;

namespace Stillpoint.Engine.Restore;

/// <summary>Where one disk of the point goes.</summary>
/// <param name="Path">What is written: the target itself, or a new file beside it.</param>
/// <param name="Place">Where it is in the end; equal to <paramref name="Path"/> unless it replaces something.</param>
/// <param name="Format">raw or qcow2; raw on block devices.</param>
internal sealed record DiskPlan(DiskData Disk, TreeInfo Tree, string Path, string Place, string Format, bool Device)
{
    public bool Replaces => Path != Place;

    public RestoredDisk Result => new(Disk.Name, Place, Format, Tree.SizeBytes);

    /// <param name="beside">Suffix of the new file where a regular file is (or may be) replaced; null: nothing may be at the target.</param>
    /// <exception cref="FailureException">TargetExists, TargetUnusable, UsageInvalid.</exception>
    public static DiskPlan Of(DiskData disk, PointInfo point, string target, string format, string? beside)
    {
        if (format is not ("raw" or "qcow2"))
            throw new FailureException(FailureCode.UsageInvalid, Stage.Input, ("option", "format"), ("value", format), ("expected", "raw, qcow2"));
        var tree = point.FindTree(disk.Name)
            ?? throw new FailureException(FailureCode.VaultDamaged, Stage.Restore, ("object", $"{point.Id} {disk.Name}"));
        try
        {
            target = System.IO.Path.GetFullPath(target);
            var there = HostFile.Find(target);
            if (there is not null && beside is not null) target = File.ResolveLinkTarget(target, returnFinalTarget: true)?.FullName ?? target;
            if (there is { IsBlockDevice: true }) return new(disk, tree, target, target, "raw", Device: true);
            if (there is { IsFolder: true } or { IsSocket: true } || (there is not null && beside is null))
                throw new FailureException(FailureCode.TargetExists, Stage.Restore, ("path", target));
            if (there is null && target.StartsWith("/dev/", StringComparison.Ordinal))
                throw NewFiles.Unusable(target, new FileNotFoundException("there is no such device"));
            return new(disk, tree, target + beside, target, format, Device: false);
        }
        catch (IOException error)
        {
            throw NewFiles.Unusable(target, error);
        }
    }
}
