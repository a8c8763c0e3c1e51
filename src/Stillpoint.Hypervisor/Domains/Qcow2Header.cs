using System.Buffers.Binary;

namespace Stillpoint.Hypervisor;

/// <summary>The first bytes of a qcow2 image, as its specification lays them out (big endian).</summary>
internal static class Qcow2Header
{
    private const uint Magic = 0x514649FB;
    private const int VersionOffset = 4, BackingFileOffset = 8, Length = 16;

    /// <summary>False also where the file cannot be read: whoever reads the disk will say so.</summary>
    public static bool NamesBackingFile(string path) =>
        Read(path) is { } head && BinaryPrimitives.ReadUInt64BigEndian(head.AsSpan(BackingFileOffset)) != 0;

    /// <summary>The older of the two versions there are (compat=0.10), which has no place for bitmaps.</summary>
    public static bool IsVersion2(string path) =>
        Read(path) is { } head && BinaryPrimitives.ReadUInt32BigEndian(head.AsSpan(VersionOffset)) == 2;

    private static byte[]? Read(string path)
    {
        var head = new byte[Length];
        try
        {
            using var file = File.OpenHandle(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
            return RandomAccess.Read(file, head, 0) == Length && BinaryPrimitives.ReadUInt32BigEndian(head) == Magic ? head : null;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }
}
