using System.Runtime.InteropServices;
using Stillpoint.Hypervisor.Interop;

namespace Stillpoint.Hypervisor.Targets;

/// <summary>What the system says of a path, links followed.</summary>
/// <param name="FileSystem">Equal for all that lies on one file system.</param>
/// <param name="AllocatedBytes">What it takes on its file system; less than its size when it is sparse.</param>
public sealed record HostFile(
    bool IsBlockDevice, bool IsFolder, bool IsSocket, uint User, uint Group, UnixFileMode Mode, long SizeBytes, long AllocatedBytes, ulong FileSystem)
{
    private const int NoEntry = 2, NotAFolder = 20;
    private const int KindMask = 0xf000, BlockDevice = 0x6000, Folder = 0x4000, SocketFile = 0xc000;

    /// <summary>Null: there is nothing at this path.</summary>
    /// <exception cref="IOException">It cannot be seen.</exception>
    public static HostFile? Find(string path)
    {
        if (DiskCalls.Stat(path, out var s) == 0)
        {
            return new(
                (s.Mode & KindMask) == BlockDevice, (s.Mode & KindMask) == Folder,
                (s.Mode & KindMask) == SocketFile, s.User, s.Group, (UnixFileMode)(s.Mode & 0xfff),
                (long)s.Size, (long)s.Blocks * 512, ((ulong)s.DeviceMajor << 32) | s.DeviceMinor);
        }
        var error = Marshal.GetLastPInvokeError();
        return error is NoEntry or NotAFolder ? null : throw new IOException($"{path}: {Marshal.GetPInvokeErrorMessage(error)}", error);
    }
}
