using System.Globalization;

namespace Stillpoint.Bench.VaultCost;

/// <summary>What is wanted of a row, and whether it was reached. By hand: the page must say "not reached" where it is not.</summary>
internal static class Wanted
{
    /// <summary>Growth from the first count to the last. Wall clocks of a busy machine swing; where a row has its CPU time beside it, that one is judged.</summary>
    private static readonly string[] Steady =
    [
        "increment, CPU ms", "increment, bytes beyond data", "list, CPU us a point", "restore start, CPU ms", "forget, CPU ms", "gc, CPU us a unique page",
        "increment, private MiB", "list, private MiB", "restore, private MiB", "gc, private MiB",
    ];

    public static string Growth(string what, double first, double last)
    {
        if (!Steady.Contains(what)) return "";
        return last <= first * 1.10 ? "<= 10 %: reached" : string.Create(CultureInfo.InvariantCulture, $"<= 10 %: **not reached** ({(last / first - 1) * 100:+0;-0} %)");
    }

    /// <summary>At the last count.</summary>
    public static string Index(string what, double last) => what switch
    {
        "open, s" => Most(last, 2, "s"),
        "index, private MiB a TiB" => Most(last, 64, "MiB"),
        _ => "",
    };

    private static string Most(double value, double most, string unit) =>
        string.Create(CultureInfo.InvariantCulture, $"<= {most} {unit}: {(value <= most ? "reached" : "**not reached**")}");
}
