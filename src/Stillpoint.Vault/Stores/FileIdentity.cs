using System.Buffers.Binary;
using Stillpoint.Vault.Interop;

namespace Stillpoint.Vault.Stores;

/// <summary>Whether two paths are one file.</summary>
public static class FileIdentity
{
    // struct statx of linux/stat.h: u64 stx_ino at 32, u32 stx_dev_major and stx_dev_minor at 136 and 140; 256 bytes.
    private const int Size = 256, InodeAt = 32, DeviceAt = 136;

    /// <returns>False too if one of them cannot be looked at.</returns>
    public static bool AreSame(string a, string b)
    {
        Span<byte> first = stackalloc byte[Size];
        Span<byte> second = stackalloc byte[Size];
        return Posix.Status(a, first) && Posix.Status(b, second)
            && first.Slice(InodeAt, 8).SequenceEqual(second.Slice(InodeAt, 8)) && first.Slice(DeviceAt, 8).SequenceEqual(second.Slice(DeviceAt, 8));
    }

    /// <summary>The user that owns it; null if it cannot be looked at.</summary>
    public static uint? OwnerOf(string path)
    {
        Span<byte> status = stackalloc byte[Size];
        return Posix.Status(path, status) ? BinaryPrimitives.ReadUInt32LittleEndian(status[20..]) : null; // stx_uid
    }
}
