using System.Runtime.InteropServices;

namespace Stillpoint.Vault.Interop;

/// <summary>The few system calls a durable folder needs and .NET does not give with their errno.</summary>
internal static partial class Posix
{
    public const int Eperm = 1, Enoent = 2, Eintr = 4, Eacces = 13, Eexist = 17, Einval = 22, Enospc = 28, Erofs = 30, Enosys = 38, Edquot = 122, Eopnotsupp = 95, Emlink = 31;
    public const int WriteOnly = 1, ReadOnly = 0, Create = 0x40, Exclusive = 0x80, Directory = 0x10000, CloseOnExec = 0x80000;
    public const int CurrentDirectory = -100;
    private const uint RenameNoReplace = 1;
    private const uint StartWriteback = 2;

    public static int Open(string path, int flags, int mode = 0) => Retried(() => OpenRaw(path, flags | CloseOnExec, mode));

    public static int Sync(int fd) => Retried(() => SyncRaw(fd));

    public static unsafe long Write(int fd, ReadOnlySpan<byte> bytes)
    {
        fixed (byte* p = bytes)
        {
            nint n;
            do n = WriteRaw(fd, p, (nuint)bytes.Length);
            while (n < 0 && Marshal.GetLastPInvokeError() == Eintr);
            return n;
        }
    }

    /// <summary>Asks the kernel to begin writing the range out, without waiting; errors show at the fsync.</summary>
    public static void BeginWriteback(int fd, long offset, long length) => _ = SyncFileRange(fd, offset, length, StartWriteback);

    public static int RenameIfAbsent(string from, string to) => RenameAt2(CurrentDirectory, from, CurrentDirectory, to, RenameNoReplace);

    /// <summary>statx of 256 bytes with the basic fields; false if it failed.</summary>
    public static unsafe bool Status(string path, Span<byte> status)
    {
        const uint basic = 0x7ff;
        fixed (byte* p = status) return StatX(CurrentDirectory, path, 0, basic, p) == 0;
    }

    private static int Retried(Func<int> call)
    {
        int r;
        do r = call();
        while (r < 0 && Marshal.GetLastPInvokeError() == Eintr);
        return r;
    }

    [LibraryImport("libc", EntryPoint = "open", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int OpenRaw(string path, int flags, int mode);

    [LibraryImport("libc", EntryPoint = "fsync", SetLastError = true)]
    private static partial int SyncRaw(int fd);

    [LibraryImport("libc", EntryPoint = "write", SetLastError = true)]
    private static unsafe partial nint WriteRaw(int fd, byte* buffer, nuint count);

    [LibraryImport("libc", EntryPoint = "close", SetLastError = true)]
    public static partial int Close(int fd);

    [LibraryImport("libc", EntryPoint = "link", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    public static partial int Link(string from, string to);

    [LibraryImport("libc", EntryPoint = "unlink", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    public static partial int Unlink(string path);

    [LibraryImport("libc", EntryPoint = "renameat2", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int RenameAt2(int fromFolder, string from, int toFolder, string to, uint flags);

    [LibraryImport("libc", EntryPoint = "statx", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static unsafe partial int StatX(int folder, string path, int flags, uint mask, byte* status);

    [LibraryImport("libc", EntryPoint = "sync_file_range", SetLastError = true)]
    private static partial int SyncFileRange(int fd, long offset, long length, uint flags);
}
