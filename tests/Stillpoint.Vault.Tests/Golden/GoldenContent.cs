using System.Buffers.Binary;

namespace Stillpoint.Vault.Tests.Golden;

/// <summary>
/// What was put into the golden vaults. It matters to their maker only: the tests compare with SHA-256 sums written down. The generator is our own (xorshift)
/// so that a vault made again holds the same.
/// </summary>
internal static class GoldenContent
{
    public const int Block = 16 * 1024;

    /// <summary>Three random blocks, a hole, six of text, a hole, an odd end.</summary>
    public static byte[] First()
    {
        var disk = new byte[26 * Block + 333];
        Random(disk.AsSpan(0, 3 * Block), 1);
        Text(disk.AsSpan(8 * Block, 6 * Block));
        Random(disk.AsSpan(26 * Block), 2);
        return disk;
    }

    /// <summary>Small changes in random blocks (deltas), a new block, one that became zero, grown by a block.</summary>
    public static byte[] Second()
    {
        var disk = new byte[27 * Block];
        First().CopyTo(disk, 0);
        Random(disk.AsSpan(Block + 5, 64), 3);
        Random(disk.AsSpan(2 * Block + 4000, 64), 4);
        Text(disk.AsSpan(5 * Block, Block));
        disk.AsSpan(9 * Block, Block).Clear();
        return disk;
    }

    /// <summary>A delta whose base is older than its predecessor; shrunk below its first size.</summary>
    public static byte[] Third()
    {
        var disk = Second()[..(20 * Block)];
        Random(disk.AsSpan(Block + 9000, 64), 5);
        return disk;
    }

    /// <summary>More than 256 blocks, so a tree of two levels; shares content with the other series.</summary>
    public static byte[] Wide()
    {
        var disk = new byte[300 * Block + 1];
        First().AsSpan(0, Block).CopyTo(disk.AsSpan(299 * Block));
        Text(disk.AsSpan(100 * Block, 2 * Block));
        disk[^1] = 1;
        return disk;
    }

    private static void Random(Span<byte> target, ulong seed)
    {
        Span<byte> word = stackalloc byte[8];
        var state = seed * 0x9E3779B97F4A7C15;
        for (var at = 0; at < target.Length; at += 8)
        {
            state ^= state << 13;
            state ^= state >> 7;
            state ^= state << 17;
            BinaryPrimitives.WriteUInt64LittleEndian(word, state);
            word[..Math.Min(8, target.Length - at)].CopyTo(target[at..]);
        }
    }

    private static void Text(Span<byte> target)
    {
        for (var i = 0; i < target.Length; i++) target[i] = (byte)('a' + i / 7 % 26);
    }
}
