using System.Globalization;
using System.Text;

namespace Stillpoint.Vault.Tests.Reliability;

/// <summary>
/// docs/reliability.md. Each long suite that was green from end to end writes its own section and leaves the others; nothing in it depends on the day or the machine,
/// so that it changes only where facts do.
/// </summary>
internal static class ReliabilityPage
{
    private const string Head = """
        # Reliability

        Written by the long tests of the vault, `./test --all vault`: each section by one of them, and only when all of its runs kept every promise. Not written by hand.

        """;

    private static readonly string[] Order = ["Crashes", "Damage", "Side by side", "What is not here"];
    private static readonly Lock Writing = new();

    public static void Write(string section, string text)
    {
        lock (Writing)
        {
            var path = Path.Combine(Root(), "docs", "reliability.md");
            var sections = Read(path);
            sections[section] = text.Trim();
            sections["What is not here"] = """
                Coverage-guided fuzzing: the readers are fuzzed from seeds (`ReaderFuzzTests`), by changed bytes of real objects and by made-up ones; no coverage-guided fuzzer for .NET
                is among the packages this project builds with.
                """;
            var page = new StringBuilder(Head);
            foreach (var name in Order.Where(sections.ContainsKey)) page.Append(CultureInfo.InvariantCulture, $"\n## {name}\n\n{sections[name]}\n");
            File.WriteAllText(path, page.ToString());
        }
    }

    /// <param name="rows">Name of a row, then its cells.</param>
    public static string Table(string corner, IEnumerable<string> columns, IEnumerable<(string Row, IEnumerable<string> Cells)> rows)
    {
        var names = columns.ToList();
        var text = new StringBuilder();
        text.Append(CultureInfo.InvariantCulture, $"| {corner} | {string.Join(" | ", names)} |\n| --- |{string.Concat(names.Select(_ => " ---: |"))}\n");
        foreach (var (row, cells) in rows) text.Append(CultureInfo.InvariantCulture, $"| {row} | {string.Join(" | ", cells)} |\n");
        return text.ToString();
    }

    public static string Number(long n) => n.ToString("N0", CultureInfo.InvariantCulture);

    private static Dictionary<string, string> Read(string path)
    {
        var sections = new Dictionary<string, string>(StringComparer.Ordinal);
        if (!File.Exists(path)) return sections;
        foreach (var part in File.ReadAllText(path).Split("\n## ").Skip(1))
            if (part.IndexOf('\n') is var end and > 0) sections[part[..end].Trim()] = part[end..].Trim();
        return sections;
    }

    private static string Root()
    {
        var at = AppContext.BaseDirectory;
        while (!File.Exists(Path.Combine(at, "Stillpoint.slnx"))) at = Path.GetDirectoryName(at) ?? throw new InvalidOperationException("not in the repository");
        return at;
    }
}
