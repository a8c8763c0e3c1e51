using System.Buffers.Binary;

namespace Stillpoint.Hypervisor;

/// <summary>The first bytes of a qcow2 image, as its specification lays them out (big endian).</summary>
internal static class Qcow2Header
{
    private const uint Magic = 0x514649FB;
    private const int BackingFileOffset = 8;

    /// <summary>False also where the file cannot be read: whoever reads the disk will say so.</summary>
    public static bool NamesBackingFile(string path)
    {
        Span<byte> head = stackalloc byte[16];
        try
        {
            using var file = File.OpenHandle(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
            return RandomAccess.Read(file, head, 0) == head.Length
                && BinaryPrimitives.ReadUInt32BigEndian(head) == Magic
                && BinaryPrimitives.ReadUInt64BigEndian(head[BackingFileOffset..]) != 0;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return false;
        }
    }
}
