using System.Globalization;

namespace Stillpoint.TestKit;

/// <summary>
/// Which test process a folder with a libvirtd belongs to. A test run that was killed leaves its libvirtd and guests running; the next run
/// ends them, and only those whose owner is certainly gone: pid and start time are compared, since pids come back.
/// </summary>
internal static class OwnedFolders
{
    private const string Mark = "owner";

    public static void Claim(string folder) => File.WriteAllText(Path.Combine(folder, Mark), Identity(Environment.ProcessId));

    public static IEnumerable<string> Orphans(string below) =>
        Directory.EnumerateDirectories(below, "sp-*").Where(folder => IsOrphan(Path.Combine(folder, Mark))).ToArray();

    private static bool IsOrphan(string mark)
    {
        if (!File.Exists(mark)) return false;
        var owner = File.ReadAllText(mark);
        return owner.Split(' ') is [var pid, _] && Identity(int.Parse(pid, CultureInfo.InvariantCulture)) != owner;
    }

    // Field 22 of stat, counted after the name, which may hold anything but ends with the last ')'.
    private static string Identity(int pid)
    {
        var stat = $"/proc/{pid}/stat";
        if (!File.Exists(stat)) return "";
        var text = File.ReadAllText(stat);
        return $"{pid} {text[(text.LastIndexOf(')') + 2)..].Split(' ')[19]}";
    }
}
