using System.Runtime.InteropServices;
using Stillpoint.Model;

namespace Stillpoint.Hypervisor.Interop;

/// <summary>
/// libnbd 1.14 and later (Debian 12 has 1.14.2). Every call here returns at once: connecting and transfers go through the asynchronous half of
/// the library. A call that fails returns -1 and leaves its reason in thread-local storage (<see cref="LastError"/>): ask on the same thread.
/// </summary>
internal static unsafe partial class LibNbd
{
    private const string Library = "libnbd.so.0";

    internal const uint DirectionRead = 1;
    internal const uint DirectionWrite = 2;

    /// <summary>Set in base:allocation where the range reads as zeroes. The hole flag (1) alone promises nothing.</summary>
    internal const uint StateZero = 2;

    /// <summary>Flag of a read: answer in one piece (NBD_CMD_FLAG_DF).</summary>
    internal const uint DoNotFragment = 4;

    /// <summary>Checks of commands, bounds and empty ranges; not of flags: libnbd knows no reason to ask a plain read for one piece.</summary>
    internal const uint StrictButFlags = 0x1 | 0x4 | 0x8;

    /// <summary>A callback as libnbd takes it, by value. No free function: what user data points to lives as long as the connection.</summary>
    [StructLayout(LayoutKind.Sequential)]
    internal struct Callback
    {
        public nint Function;
        public nint UserData;
        public nint Free;
    }

    private static readonly Lazy<bool> Loaded = new(() => NativeLibrary.TryLoad(Library, typeof(LibNbd).Assembly, null, out _));

    /// <exception cref="FailureException">ToolMissing.</exception>
    internal static void MustBeThere()
    {
        if (!Loaded.Value) throw new FailureException(FailureCode.ToolMissing, Stage.Preflight, ("tool", Library), ("package", "libnbd0"));
    }

    internal static string LastError() =>
        Marshal.PtrToStringUTF8(GetError()) ?? "unknown libnbd error";

    [LibraryImport(Library, EntryPoint = "nbd_get_error")]
    private static partial nint GetError();

    [LibraryImport(Library, EntryPoint = "nbd_get_errno")]
    internal static partial int LastErrno();

    [LibraryImport(Library, EntryPoint = "nbd_create")]
    internal static partial nint Create();

    [LibraryImport(Library, EntryPoint = "nbd_close")]
    internal static partial void Close(nint handle);

    [LibraryImport(Library, EntryPoint = "nbd_set_export_name", StringMarshalling = StringMarshalling.Utf8)]
    internal static partial int SetExportName(nint handle, string name);

    [LibraryImport(Library, EntryPoint = "nbd_add_meta_context", StringMarshalling = StringMarshalling.Utf8)]
    internal static partial int AddMetaContext(nint handle, string name);

    [LibraryImport(Library, EntryPoint = "nbd_set_pread_initialize")]
    internal static partial int SetPreadInitialize(nint handle, [MarshalAs(UnmanagedType.U1)] bool initialize);

    [LibraryImport(Library, EntryPoint = "nbd_aio_connect_unix", StringMarshalling = StringMarshalling.Utf8)]
    internal static partial int ConnectUnix(nint handle, string path);

    [LibraryImport(Library, EntryPoint = "nbd_can_meta_context", StringMarshalling = StringMarshalling.Utf8)]
    internal static partial int CanMetaContext(nint handle, string name);

    [LibraryImport(Library, EntryPoint = "nbd_can_multi_conn")]
    internal static partial int CanMultiConn(nint handle);

    [LibraryImport(Library, EntryPoint = "nbd_set_strict_mode")]
    internal static partial int SetStrictMode(nint handle, uint flags);

    [LibraryImport(Library, EntryPoint = "nbd_can_df")]
    internal static partial int CanDf(nint handle);

    [LibraryImport(Library, EntryPoint = "nbd_can_zero")]
    internal static partial int CanZero(nint handle);

    [LibraryImport(Library, EntryPoint = "nbd_get_size")]
    internal static partial long GetSize(nint handle);

    [LibraryImport(Library, EntryPoint = "nbd_aio_pread")]
    internal static partial long Read(nint handle, byte* buffer, nuint count, ulong offset, Callback completion, uint flags);

    [LibraryImport(Library, EntryPoint = "nbd_aio_pwrite")]
    internal static partial long Write(nint handle, byte* buffer, nuint count, ulong offset, Callback completion, uint flags);

    [LibraryImport(Library, EntryPoint = "nbd_aio_zero")]
    internal static partial long Zero(nint handle, ulong count, ulong offset, Callback completion, uint flags);

    [LibraryImport(Library, EntryPoint = "nbd_aio_flush")]
    internal static partial long Flush(nint handle, Callback completion, uint flags);

    [LibraryImport(Library, EntryPoint = "nbd_aio_block_status")]
    internal static partial long BlockStatus(nint handle, ulong count, ulong offset, Callback extent, Callback completion, uint flags);

    [LibraryImport(Library, EntryPoint = "nbd_aio_disconnect")]
    internal static partial int Disconnect(nint handle, uint flags);

    [LibraryImport(Library, EntryPoint = "nbd_aio_get_fd")]
    internal static partial int GetFd(nint handle);

    [LibraryImport(Library, EntryPoint = "nbd_aio_get_direction")]
    internal static partial uint GetDirection(nint handle);

    [LibraryImport(Library, EntryPoint = "nbd_aio_notify_read")]
    internal static partial int NotifyRead(nint handle);

    [LibraryImport(Library, EntryPoint = "nbd_aio_notify_write")]
    internal static partial int NotifyWrite(nint handle);

    [LibraryImport(Library, EntryPoint = "nbd_aio_is_ready")]
    internal static partial int IsReady(nint handle);

    [LibraryImport(Library, EntryPoint = "nbd_aio_is_dead")]
    internal static partial int IsDead(nint handle);

    [LibraryImport(Library, EntryPoint = "nbd_aio_is_closed")]
    internal static partial int IsClosed(nint handle);
}
