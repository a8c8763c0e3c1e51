using Stillpoint.Hypervisor;

namespace Stillpoint.Control.Protection;

/// <summary>What a VM's disks lie on, so that those that share it are not all read at once.</summary>
internal static class VmStorage
{
    /// <returns>Host, and the mount that holds the first disk, or the folder of its block device (a volume group). A share that several hosts mount is not recognised as one.</returns>
    public static string Of(string host, DomainConfig config, IReadOnlyCollection<string> mounts)
    {
        var disk = config.Disks.FirstOrDefault(d => d.Unsupported is null && d.Source is not null);
        var place = disk switch
        {
            null => "",
            { Kind: DiskSourceKind.File } => mounts.Where(m => IsBelow(disk.Source!, m)).MaxBy(m => m.Length) ?? "/",
            _ => Path.GetDirectoryName(disk.Source!) ?? disk.Source!,
        };
        return $"{host} {place}";
    }

    public static IReadOnlyCollection<string> Mounts() => [.. DriveInfo.GetDrives().Select(d => d.Name)];

    private static bool IsBelow(string path, string mount) => mount == "/" || path.StartsWith(mount.TrimEnd('/') + "/", StringComparison.Ordinal);
}
