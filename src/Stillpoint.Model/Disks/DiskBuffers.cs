namespace Stillpoint.Model;

/// <summary>Buffers for disk I/O that the garbage collector never moves, so that native code may fill them while a call is under way.</summary>
public static class DiskBuffers
{
    public static byte[] Allocate(int bytes) => GC.AllocateUninitializedArray<byte>(bytes, pinned: true);
}
