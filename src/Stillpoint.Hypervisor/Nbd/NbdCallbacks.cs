using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using Stillpoint.Hypervisor.Interop;

namespace Stillpoint.Hypervisor.Nbd;

/// <summary>Called by libnbd on a connection's own thread, inside a notify call. They must not throw and must not wait.</summary>
internal static unsafe class NbdCallbacks
{
    internal static LibNbd.Callback Completion(NbdRequest request) => new()
    {
        Function = (nint)(delegate* unmanaged[Cdecl]<nint, int*, int>)&Completed,
        UserData = request.UserData,
    };

    internal static LibNbd.Callback Extent(NbdRequest request) => new()
    {
        Function = (nint)(delegate* unmanaged[Cdecl]<nint, byte*, ulong, uint*, nuint, int*, int>)&ExtentSeen,
        UserData = request.UserData,
    };

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static int Completed(nint userData, int* error)
    {
        var request = NbdRequest.From(userData);
        request.Connection!.Answered(request, *error);
        return 1; // libnbd retires the command by itself
    }

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static int ExtentSeen(nint userData, byte* context, ulong offset, uint* entries, nuint count, int* error)
    {
        NbdRequest.From(userData).Answer!.Add(MemoryMarshal.CreateReadOnlySpanFromNullTerminated(context), entries, count);
        return 0;
    }
}
