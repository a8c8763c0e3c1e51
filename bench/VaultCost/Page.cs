using System.Globalization;
using System.Text;

namespace Stillpoint.Bench.VaultCost;

/// <summary>docs/performance-vault.md with its plots.</summary>
internal static class Page
{
    public static void Write(IReadOnlyList<Measure> one, IReadOnlyList<Measure> many, IReadOnlyList<Measure> index, string arguments)
    {
        var docs = Path.Combine(Root(), "docs");
        var plots = Path.Combine(docs, "performance");
        Directory.CreateDirectory(plots);
        var text = new StringBuilder();
        text.Append(CultureInfo.InvariantCulture, $"""
            # What a vault costs as it grows

            One run of `dotnet run -c Release --project bench/VaultCost -- --work DIR {arguments} --write`; it overwrites this page and its plots. Machine: {Environment.ProcessorCount} cores,
            one-minute load average at the end of the run: {File.ReadAllText("/proc/loadavg").Split(' ')[0]}. Times are the fastest of nine; each opens the vault anew. Private memory is RssAnon of a process that does this one thing.
            Disks of 512 MiB; a point changes 2 MiB; garbage is collected after every tenth point, as a night's work would.


            """);
        Add(text, plots, "points of one VM", "one", "points", one);
        Add(text, plots, "points of many VMs in turn", "many", "points", many);
        Add(text, plots, "an index of data that was never written", "index", "TiB unique", index);
        File.WriteAllText(Path.Combine(docs, "performance-vault.md"), text.ToString().TrimEnd() + "\n");
    }

    private static void Add(StringBuilder text, string plots, string title, string prefix, string xLabel, IReadOnlyList<Measure> measures)
    {
        if (measures.Count == 0) return;
        var stops = measures.Select(m => m.At).Distinct().Order().ToList();
        text.Append(CultureInfo.InvariantCulture, $"## {char.ToUpperInvariant(title[0])}{title[1..]}\n\n| {xLabel} | {string.Join(" | ", stops.Select(Plot.Short))} | last to first |\n");
        text.Append(CultureInfo.InvariantCulture, $"| --- |{string.Concat(stops.Select(_ => " ---: |"))} ---: |\n");
        var pictures = new StringBuilder();
        foreach (var what in measures.Select(m => m.What).Distinct())
        {
            var line = measures.Where(m => m.What == what).OrderBy(m => m.At).ToList();
            text.Append(CultureInfo.InvariantCulture, $"| {what} | {string.Join(" | ", line.Select(m => Plot.Short(m.Value)))} | {(line[^1].Value / line[0].Value).ToString("0.00", CultureInfo.InvariantCulture)} |\n");
            var file = $"{prefix}-{string.Concat(what.ToLowerInvariant().Select(c => char.IsAsciiLetterOrDigit(c) ? c : '-')).Replace("--", "-", StringComparison.Ordinal)}.svg";
            File.WriteAllText(Path.Combine(plots, file), Plot.Draw(what, xLabel, line));
            pictures.Append(CultureInfo.InvariantCulture, $"![{what}](performance/{file})\n");
        }
        text.Append('\n').Append(pictures).Append('\n');
    }

    private static string Root()
    {
        var at = AppContext.BaseDirectory;
        while (!File.Exists(Path.Combine(at, "Stillpoint.slnx"))) at = Path.GetDirectoryName(at) ?? throw new InvalidOperationException("not in the repository");
        return at;
    }
}
