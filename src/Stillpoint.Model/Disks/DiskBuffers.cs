using System.Runtime.InteropServices;

namespace Stillpoint.Model;

/// <summary>Buffers for disk I/O that the garbage collector never moves, so that native code may fill them while a call is under way.</summary>
public static class DiskBuffers
{
    /// <summary>Bytes: what O_DIRECT asks of a buffer's address on any disk in use (the largest logical block size is 4,096).</summary>
    public const int Alignment = 4096;

    public static byte[] Allocate(int bytes) => GC.AllocateUninitializedArray<byte>(bytes, pinned: true);

    /// <summary>A buffer whose address is a multiple of <see cref="Alignment"/>.</summary>
    public static Memory<byte> AllocateAligned(int bytes)
    {
        var array = Allocate(bytes + Alignment);
        var start = Marshal.UnsafeAddrOfPinnedArrayElement(array, 0);
        return array.AsMemory((int)(-start & (Alignment - 1)), bytes);
    }
}
