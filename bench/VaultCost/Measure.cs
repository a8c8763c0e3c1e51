using System.Globalization;

namespace Stillpoint.Bench.VaultCost;

/// <param name="What">increment ms, list ms, ...</param>
/// <param name="At">Points (or TiB) there were.</param>
internal sealed record Measure(string What, double At, double Value)
{
    public static Measure Told(string what, double at, double value)
    {
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{at,7} {what,-34} {value,12:F2}"));
        return new(what, at, value);
    }

    /// <summary>Memory of this process that is its own: RssAnon.</summary>
    public static double PrivateMiB() =>
        long.Parse(File.ReadLines("/proc/self/status").First(l => l.StartsWith("RssAnon:", StringComparison.Ordinal)).Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries)[1], CultureInfo.InvariantCulture) / 1024.0;
}
