using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace Stillpoint.Hypervisor.Interop;

/// <summary>
/// A connection. Closing talks to the daemon and may hang with it, so it happens on a thread nobody waits for; what must be undone first
/// (event registrations hold the connection open) is given by <see cref="BeforeClose"/>.
/// </summary>
internal sealed class ConnectionHandle() : SafeHandleZeroOrMinusOneIsInvalid(ownsHandle: true)
{
    public Action<nint>? BeforeClose { get; set; }

    protected override bool ReleaseHandle()
    {
        var (connection, before) = (handle, BeforeClose);
        new Thread(() =>
        {
            before?.Invoke(connection);
            _ = NativeMethods.virConnectClose(connection);
        })
        { IsBackground = true, Name = "libvirt close" }.Start();
        return true;
    }
}

internal sealed class DomainHandle() : SafeHandleZeroOrMinusOneIsInvalid(ownsHandle: true)
{
    protected override bool ReleaseHandle() => NativeMethods.virDomainFree(handle) == 0;
}

internal sealed class CheckpointHandle() : SafeHandleZeroOrMinusOneIsInvalid(ownsHandle: true)
{
    public CheckpointHandle(nint existing) : this() => SetHandle(existing);

    protected override bool ReleaseHandle() => NativeMethods.virDomainCheckpointFree(handle) == 0;
}

internal sealed class PoolHandle() : SafeHandleZeroOrMinusOneIsInvalid(ownsHandle: true)
{
    protected override bool ReleaseHandle() => NativeMethods.virStoragePoolFree(handle) == 0;
}

internal sealed class NetworkHandle() : SafeHandleZeroOrMinusOneIsInvalid(ownsHandle: true)
{
    protected override bool ReleaseHandle() => NativeMethods.virNetworkFree(handle) == 0;
}

internal sealed class FilterHandle() : SafeHandleZeroOrMinusOneIsInvalid(ownsHandle: true)
{
    protected override bool ReleaseHandle() => NativeMethods.virNWFilterFree(handle) == 0;
}

internal static unsafe class NativeText
{
    /// <summary>Copies and frees a string that libvirt allocated for the caller.</summary>
    public static string Take(nint text)
    {
        try
        {
            return Marshal.PtrToStringUTF8(text) ?? "";
        }
        finally
        {
            NativeMemory.Free((void*)text);
        }
    }
}
