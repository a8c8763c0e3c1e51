using Stillpoint.TestKit;

namespace Stillpoint.EndToEnd.Tests;

/// <summary>A small file system that QEMU sees too: libvirtd and its VMs have mounts of their own, and a mount made later is not among them.</summary>
internal sealed class SmallDisk : IDisposable
{
    private readonly TempFolder _folder = new("/var/tmp");
    private readonly LoopDevice _device;
    private readonly string _daemon;

    private SmallDisk(LoopDevice device, string daemon) => (_device, _daemon) = (device, daemon);

    public string Path => _folder.Path;

    public static async Task<SmallDisk> MakeAsync(PrivateLibvirt libvirt, long bytes)
    {
        Needs.Programs("nsenter", "mke2fs");
        var daemon = (await File.ReadAllTextAsync(System.IO.Path.Combine(libvirt.Folder, "pid"))).Trim();
        var disk = new SmallDisk(await LoopDevice.MakeAsync(bytes), daemon);
        (await Tool.RunAsync("mke2fs", "-q", "-t", "ext4", "-m", "0", disk._device.Path)).Must();
        (await Tool.RunAsync("mount", disk._device.Path, disk.Path)).Must();
        (await Tool.RunAsync("nsenter", "--target", daemon, "--mount", "mount", disk._device.Path, disk.Path)).Must();
        return disk;
    }

    public void Dispose()
    {
        Unmount("nsenter", "--target", _daemon, "--mount", "umount", "--lazy", Path);
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
