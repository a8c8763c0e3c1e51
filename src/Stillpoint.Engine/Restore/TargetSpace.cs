using System.Globalization;
using Stillpoint.Hypervisor.Targets;
using Stillpoint.Model;
using Stillpoint.Vault;

namespace Stillpoint.Engine.Restore;

/// <summary>Whether the disks fit where they go, before anything is written.</summary>
internal static class TargetSpace
{
    private const long Qcow2Cluster = 65536;

    /// <exception cref="FailureException">TargetFull with the bytes needed and free on the file system; TargetTooSmall for a block device;
    /// TargetUnusable where a folder is missing.</exception>
    public static async Task CheckAsync(IVault vault, PointInfo point, IReadOnlyList<DiskPlan> disks, CancellationToken ct)
    {
        var needed = new Dictionary<ulong, (string Folder, long Bytes)>();
        foreach (var disk in disks)
        {
            if (disk.Device)
            {
                await RawFileTarget.OpenDevice(disk.Path, disk.Tree.SizeBytes).DisposeAsync();
                continue;
            }
            var bytes = await DataBytesAsync(vault, point, disk, ct);
            var folder = Path.GetDirectoryName(disk.Path)!;
            var system = FileSystemOf(folder);
            needed[system] = (folder, bytes + (needed.TryGetValue(system, out var sum) ? sum.Bytes : 0));
        }
        foreach (var (folder, bytes) in needed.Values)
        {
            var free = new DriveInfo(folder).AvailableFreeSpace;
            if (free < bytes)
                throw new FailureException(FailureCode.TargetFull, Stage.Restore, ("path", folder), ("needed", Text(bytes)), ("free", Text(free)));
        }
    }

    private static async Task<long> DataBytesAsync(IVault vault, PointInfo point, DiskPlan disk, CancellationToken ct)
    {
        await using var tree = await vault.OpenTreeAsync(point, disk.Disk.Name, ct);
        long data = 0, clusters = 0;
        await foreach (var extent in tree.ExtentsAsync(ct))
        {
            if (extent.Zero) continue;
            data += extent.Length;
            clusters += ((extent.Offset + extent.Length - 1) / Qcow2Cluster) - (extent.Offset / Qcow2Cluster) + 1;
        }
        // qcow2 stores whole clusters, 8 bytes of table and 2 of reference count for each, and tables are clusters themselves.
        return disk.Format == "raw" ? data : (clusters * (Qcow2Cluster + 10)) + (16 * Qcow2Cluster);
    }

    private static ulong FileSystemOf(string folder)
    {
        try
        {
            if (HostFile.Find(folder) is { IsFolder: true } found) return found.FileSystem;
        }
        catch (IOException error)
        {
            throw NewFiles.Unusable(folder, error);
        }
        throw new FailureException(
            Failure.Of(FailureCode.TargetUnusable, Stage.Restore, ("path", folder)).With(new(folder, "there is no such folder")));
    }

    private static string Text(long bytes) => bytes.ToString(CultureInfo.InvariantCulture);
}
