using System.ComponentModel;
using System.Runtime.InteropServices;

namespace Stillpoint.Fabric.Interop;

/// <summary>The system calls .NET has no word for.</summary>
internal static partial class FileSystem
{
    // O_RDONLY | O_DIRECTORY; the second has another value on arm64.
    private static readonly int ReadOnlyDirectory = RuntimeInformation.ProcessArchitecture == Architecture.Arm64 ? 0x4000 : 0x10000;

    /// <summary>Makes names created, renamed or removed in a folder durable.</summary>
    public static void SyncFolder(string folder)
    {
        var descriptor = open(folder, ReadOnlyDirectory, 0);
        if (descriptor < 0) throw new IOException($"cannot open folder {folder}: {new Win32Exception(Marshal.GetLastPInvokeError()).Message}");
        var result = fsync(descriptor);
        var error = Marshal.GetLastPInvokeError();
        _ = close(descriptor);
        if (result != 0) throw new IOException($"cannot sync folder {folder}: {new Win32Exception(error).Message}");
    }

    [LibraryImport("libc", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int open(string path, int flags, int mode);

    [LibraryImport("libc", SetLastError = true)]
    private static partial int fsync(int descriptor);

    [LibraryImport("libc", SetLastError = true)]
    private static partial int close(int descriptor);
}
