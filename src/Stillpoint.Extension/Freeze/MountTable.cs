using System.Text;

namespace Stillpoint.Extension.Freeze;

/// <summary>A line of /proc/self/mountinfo.</summary>
/// <param name="Device">MAJOR:MINOR, the same for every mount of a file system.</param>
/// <param name="Root">The folder of the file system that is mounted: "/" unless it is a bind mount or a subvolume.</param>
internal sealed record Mount(string Device, string Root, string Point, string Type, string Source);

/// <summary>Which mounts are frozen, and in what order. Pure.</summary>
internal static class MountTable
{
    private static readonly string[] Types = ["ext3", "ext4", "xfs", "btrfs"];

    public static IReadOnlyList<Mount> Parse(IEnumerable<string> lines)
    {
        var mounts = new List<Mount>();
        foreach (var line in lines)
        {
            var words = line.Split(' ');
            var dash = Array.IndexOf(words, "-", Math.Min(6, words.Length));
            if (dash < 0 || dash + 2 >= words.Length) continue;
            mounts.Add(new(words[2], Plain(words[3]), Plain(words[4]), words[dash + 1], Plain(words[dash + 2])));
        }
        return mounts;
    }

    /// <summary>
    /// Children before parents, `/` last: a mount comes after the one it lies on, so the table backwards. Each file system once, by one of its mounts that is to be
    /// reached; a loop device's file lies on another file system, which would wait for it.
    /// </summary>
    public static IReadOnlyList<Mount> ToFreeze(IReadOnlyList<Mount> table)
    {
        var chosen = new List<Mount>();
        for (var i = table.Count - 1; i >= 0; i--)
        {
            var mount = table[i];
            if (!Types.Contains(mount.Type) || mount.Source.StartsWith("/dev/loop", StringComparison.Ordinal)) continue;
            if (IsCovered(table, i)) continue;
            // The file system goes where its lowest mount is: a bind mount deeper in the tree does not make it a child of what lies between.
            chosen.RemoveAll(c => Same(c, mount));
            chosen.Add(mount);
        }
        return [.. chosen.Where(m => m.Point != "/"), .. chosen.Where(m => m.Point == "/")];
    }

    // Of btrfs each subvolume has a device number of its own.
    private static bool Same(Mount one, Mount other) =>
        one.Device == other.Device || (one.Type == "btrfs" && other.Type == "btrfs" && one.Source == other.Source);

    /// <summary>Another mount lies over it, so its path leads elsewhere.</summary>
    private static bool IsCovered(IReadOnlyList<Mount> table, int index) =>
        table.Skip(index + 1).Any(later => later.Point == table[index].Point || (later.Point != "/" && table[index].Point.StartsWith(later.Point + "/", StringComparison.Ordinal)));

    /// <summary>The kernel writes blanks, tabs, line ends and backslashes as three octal digits.</summary>
    private static string Plain(string text)
    {
        if (!text.Contains('\\', StringComparison.Ordinal)) return text;
        var bytes = Encoding.UTF8.GetBytes(text);
        var plain = new List<byte>(bytes.Length);
        for (var i = 0; i < bytes.Length; i++)
        {
            if (bytes[i] == '\\' && i + 3 < bytes.Length && IsOctal(bytes[i + 1]) && IsOctal(bytes[i + 2]) && IsOctal(bytes[i + 3]))
            {
                plain.Add((byte)(((bytes[i + 1] - '0') << 6) | ((bytes[i + 2] - '0') << 3) | (bytes[i + 3] - '0')));
                i += 3;
            }
            else plain.Add(bytes[i]);
        }
        return Encoding.UTF8.GetString([.. plain]);
    }

    private static bool IsOctal(byte digit) => digit is >= (byte)'0' and <= (byte)'7';
}
