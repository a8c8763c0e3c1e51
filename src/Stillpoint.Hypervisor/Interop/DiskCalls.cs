using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace Stillpoint.Hypervisor.Interop;

/// <summary>The system calls on files and block devices that .NET has no word for. Each returns -1 and sets the last P/Invoke error on failure.</summary>
internal static unsafe partial class DiskCalls
{
    internal const int SeekEnd = 2;

    /// <summary>BLKZEROOUT: writes zeroes to a range of a block device, by whatever means it has.</summary>
    internal const nuint BlockZeroOut = 0x127f;

    private const int CurrentFolder = -100;
    private const uint BasicFields = 0x7ff;

    /// <summary>What is needed of struct statx, which is the same on every architecture.</summary>
    [StructLayout(LayoutKind.Explicit, Size = 256)]
    internal struct Status
    {
        [FieldOffset(20)]
        public uint User;
        [FieldOffset(24)]
        public uint Group;
        [FieldOffset(28)]
        public ushort Mode;
        [FieldOffset(40)]
        public ulong Size;
        [FieldOffset(48)]
        public ulong Blocks;
        [FieldOffset(136)]
        public uint DeviceMajor;
        [FieldOffset(140)]
        public uint DeviceMinor;
    }

    /// <summary>For reading and writing, and only if the system has no other use for it: not a mounted one.</summary>
    internal static SafeFileHandle OpenDevice(string path)
    {
        const int readWrite = 2, exclusive = 0x80, closeOnExec = 0x80000;
        var descriptor = Open(path, readWrite | exclusive | closeOnExec, 0);
        if (descriptor < 0) throw new IOException(Marshal.GetLastPInvokeErrorMessage(), Marshal.GetLastPInvokeError());
        return new(descriptor, ownsHandle: true);
    }

    /// <summary>A second descriptor of the file, which writes past the page cache; null where the file system knows no such thing (tmpfs before Linux 6.6).</summary>
    internal static SafeFileHandle? OpenDirect(string path)
    {
        const int readWrite = 2, closeOnExec = 0x80000;
        var direct = RuntimeInformation.ProcessArchitecture is Architecture.Arm64 or Architecture.Arm ? 0x10000 : 0x4000;
        var descriptor = Open(path, readWrite | closeOnExec | direct, 0);
        return descriptor < 0 ? null : new(descriptor, ownsHandle: true);
    }

    internal static bool CanBypassCache(string path)
    {
        using var direct = OpenDirect(path);
        return direct is not null;
    }

    [LibraryImport("libc", EntryPoint = "open", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int Open(string path, int flags, uint mode);

    internal static int Stat(string path, out Status status) => Statx(CurrentFolder, path, 0, BasicFields, out status);

    [LibraryImport("libc", EntryPoint = "statx", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int Statx(int folder, string path, int flags, uint mask, out Status status);

    [LibraryImport("libc", EntryPoint = "ioctl", SetLastError = true)]
    internal static partial int Control(SafeFileHandle file, nuint request, ulong* argument);

    [LibraryImport("libc", EntryPoint = "fallocate", SetLastError = true)]
    internal static partial int Allocate(SafeFileHandle file, int mode, long offset, long length);

    [LibraryImport("libc", EntryPoint = "lseek", SetLastError = true)]
    internal static partial long Seek(SafeFileHandle file, long offset, int origin);
}
