using Stillpoint.TestKit;

namespace Stillpoint.EndToEnd.Tests;

/// <summary>
/// A small file system that libvirtd and its VMs see too: they have mounts of their own, and one that is made later is not among them. A VM that was
/// started before its libvirtd was has other mounts than it.
/// </summary>
internal sealed class SmallDisk : IDisposable
{
    private readonly TempFolder _folder = new("/var/tmp");
    private readonly List<string> _insides = [];
    private readonly LoopDevice _device;

    private SmallDisk(LoopDevice device) => _device = device;

    public string Path => _folder.Path;

    public static async Task<SmallDisk> MakeAsync(TestGuest guest, long bytes)
    {
        Needs.Programs("nsenter", "mke2fs");
        var disk = new SmallDisk(await LoopDevice.MakeAsync(bytes));
        (await Tool.RunAsync("mke2fs", "-q", "-t", "ext4", "-m", "0", disk._device.Path)).Must();
        (await Tool.RunAsync("mount", disk._device.Path, disk.Path)).Must();
        var seen = new HashSet<string?>();
        string[] pidFiles = [System.IO.Path.Combine(guest.Libvirt.Folder, "pid"), System.IO.Path.Combine(guest.Libvirt.Folder, "run", "qemu", guest.Name + ".pid")];
        foreach (var pidFile in pidFiles)
        {
            var pid = (await File.ReadAllTextAsync(pidFile)).Trim();
            if (!seen.Add(new FileInfo($"/proc/{pid}/ns/mnt").LinkTarget)) continue;
            (await Tool.RunAsync("nsenter", "--target", pid, "--mount", "mount", disk._device.Path, disk.Path)).Must();
            disk._insides.Add(pid);
        }
        return disk;
    }

    public void Dispose()
    {
        foreach (var pid in _insides) Unmount("nsenter", "--target", pid, "--mount", "umount", "--lazy", Path);
        Unmount("umount", "--lazy", Path);
        _device.Dispose();
        _folder.Dispose();
    }

    private static void Unmount(params string[] words)
    {
        using var process = Tool.Start(new(words[0], words[1..]));
        process.WaitForExit(TimeSpan.FromSeconds(30));
    }
}
