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
        if (Directory.Exists(plots)) Directory.Delete(plots, recursive: true);
        Directory.CreateDirectory(plots);
        var text = new StringBuilder();
        text.Append(CultureInfo.InvariantCulture, $"""
            # What a vault costs as it grows

            One run of `{$"dotnet run -c Release --project bench/VaultCost -- --work DIR {arguments}".TrimEnd()} --write`; it overwrites this page and its plots. Machine: {Environment.ProcessorCount} cores,
            one-minute load average at the end of the run: {File.ReadAllText("/proc/loadavg").Split(' ')[0]}. Times are the least of nine (of gc: five); each opens the vault anew. CPU is that of all threads. Private memory is the
            highest RssAnon seen of a process that does this one thing. Disks of 128 MiB; a point changes 2 MiB in 16 places; garbage is collected after every tenth point, as a night's work
            would. Gc is measured when nothing has changed since the last one.


            """);
        Add(text, plots, "points of one VM", "one", "points", one, Wanted.Growth);
        Add(text, plots, "points of many VMs in turn", "many", "points", many, Wanted.Growth);
        Add(text, plots, "an index of data that was never written", "index", "TiB unique", index, static (what, _, last) => Wanted.Index(what, last));
        if (index.Count > 0)
        {
            text.Append("""
                The ids look random; 128 blocks of 128 KiB lie in a pack, 262,144 entries in a segment, as a collection leaves them. For gc each TiB is a disk of its own whose pages are real
                (packs of data are there by name only): it marks, and finds nothing to take.

                Gc holds: the index's directories (as above), a bit per entry, some 160 bytes per pack (10 MiB per TiB), two lists of at most 1,048,576 ids (32 MiB each), the chunk cache (16 MiB).
                """);
        }
        File.WriteAllText(Path.Combine(docs, "performance-vault.md"), text.ToString().TrimEnd() + "\n");
    }

    private static void Add(
        StringBuilder text, string plots, string title, string prefix, string xLabel, IReadOnlyList<Measure> measures, Func<string, double, double, string> wanted)
    {
        if (measures.Count == 0) return;
        var stops = measures.Select(m => m.At).Distinct().Order().ToList();
        text.Append(CultureInfo.InvariantCulture, $"## {char.ToUpperInvariant(title[0])}{title[1..]}\n\n| {xLabel} | {string.Join(" | ", stops.Select(Plot.Short))} | last to first | wanted |\n");
        text.Append(CultureInfo.InvariantCulture, $"| --- |{string.Concat(stops.Select(_ => " ---: |"))} ---: | --- |\n");
        var pictures = new StringBuilder();
        foreach (var what in measures.Select(m => m.What).Distinct())
        {
            var line = measures.Where(m => m.What == what).OrderBy(m => m.At).ToList();
            var cells = stops.Select(at => line.Find(m => m.At == at) is { } m ? Plot.Short(m.Value) : "");
            var ratio = (line[^1].Value / line[0].Value).ToString("0.00", CultureInfo.InvariantCulture);
            text.Append(CultureInfo.InvariantCulture, $"| {what} | {string.Join(" | ", cells)} | {ratio} | {wanted(what, line[0].Value, line[^1].Value)} |\n");
            var file = $"{prefix}-{string.Concat(what.ToLowerInvariant().Select(c => char.IsAsciiLetterOrDigit(c) ? c : '-')).Replace("--", "-", StringComparison.Ordinal)}.svg";
            File.WriteAllText(Path.Combine(plots, file), Plot.Draw(what, xLabel, line));
            pictures.Append(CultureInfo.InvariantCulture, $"![{what}](performance/{file})\n");
        }
        text.Append('\n').Append(pictures).Append('\n');
    }

    private static string Root()
    {
        // From where it is run first: what runs may be a copy, so that a build does not change it under way.
        var at = File.Exists(Path.Combine(Environment.CurrentDirectory, "Stillpoint.slnx")) ? Environment.CurrentDirectory : AppContext.BaseDirectory;
        while (!File.Exists(Path.Combine(at, "Stillpoint.slnx"))) at = Path.GetDirectoryName(at) ?? throw new InvalidOperationException("not in the repository");
        return at;
    }
}
