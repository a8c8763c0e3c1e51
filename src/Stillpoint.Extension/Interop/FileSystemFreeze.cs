using System.Runtime.InteropServices;

namespace Stillpoint.Extension.Interop;

/// <summary>The kernel's own freeze of a file system (linux/fs.h), and what keeps this process from needing one while it is frozen.</summary>
internal static partial class FileSystemFreeze
{
    public const int Busy = 16, Invalid = 22, NotSupported = 95;
    private const int ReadOnly = 0, NonBlocking = 0x800, Folder = 0x10000, CloseOnExec = 0x80000;
    private const ulong Freeze = 0xC0045877, Thaw = 0xC0045878;

    /// <summary>MCL_CURRENT, MCL_FUTURE, MCL_ONFAULT: what is used stays in memory; what is only reserved is not fetched.</summary>
    private const int EverythingUsed = 1 | 2 | 4;

    /// <returns>A descriptor, or minus the error number.</returns>
    public static int Open(string mount)
    {
        var handle = OpenNative(mount, ReadOnly | NonBlocking | Folder | CloseOnExec);
        return handle >= 0 ? handle : -Marshal.GetLastPInvokeError();
    }

    /// <returns>0, or the error number: <see cref="Busy"/> where it is frozen already.</returns>
    public static int TryFreeze(int mount) => Control(mount, Freeze, 0) == 0 ? 0 : Marshal.GetLastPInvokeError();

    /// <returns>0, or the error number: <see cref="Invalid"/> where it is not frozen.</returns>
    public static int TryThaw(int mount) => Control(mount, Thaw, 0) == 0 ? 0 : Marshal.GetLastPInvokeError();

    public static void Close(int mount) => _ = CloseNative(mount);

    /// <summary>Writes out what is cached, so that the freeze itself is short.</summary>
    public static void WriteCaches() => Sync();

    /// <returns>Whether it could be done: the limit of locked memory is not root's.</returns>
    public static bool TryLockMemory() => LockAll(EverythingUsed) == 0;

    [LibraryImport("libc", EntryPoint = "open", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int OpenNative(string path, int flags);

    [LibraryImport("libc", EntryPoint = "ioctl", SetLastError = true)]
    private static partial int Control(int descriptor, ulong request, nint argument);

    [LibraryImport("libc", EntryPoint = "close")]
    private static partial int CloseNative(int descriptor);

    [LibraryImport("libc", EntryPoint = "sync")]
    private static partial void Sync();

    [LibraryImport("libc", EntryPoint = "mlockall")]
    private static partial int LockAll(int flags);
}
