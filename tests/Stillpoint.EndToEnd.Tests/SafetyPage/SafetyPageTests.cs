using System.Globalization;
using System.Text;
using Stillpoint.EndToEnd.Tests.Chain;
using Stillpoint.EndToEnd.Tests.Safety;
using Stillpoint.TestKit;
using Xunit;

namespace Stillpoint.EndToEnd.Tests.SafetyPage;

/// <summary>Writes docs/safety.md from the facts there are. `./test --all capture` runs it last; cases without a fact say that they were not run.</summary>
public sealed class SafetyPageTests
{
    private static readonly SafetyTable[] Tables = [KillStep.Table, AgentCase.Table, LibvirtdTests.Table, ScratchTests.Table, ChainCases.Table, TransferTests.Table];

    [Fact]
    public void Cases_OfAllTables_HaveNamesOfTheirOwn() =>
        Assert.All(Tables, t => Assert.Equal(t.Rows.Count, t.Rows.Select(r => r.Case).Distinct(StringComparer.Ordinal).Count()));

    [Fact(Explicit = true)]
    public async Task Page_OfAllFacts_IsWritten()
    {
        var text = new StringBuilder();
        void Line(FormattableString line) => text.Append(line.ToString(CultureInfo.InvariantCulture)).Append('\n');
        var facts = Tables.SelectMany(t => t.Rows.Select(r => SafetyFacts.Read(t.Key, r.Case))).OfType<SafetyFact>().ToList();
        Line($"# Safety\n");
        Line($"Written by `./test --all capture`, which overwrites this page. Each row is a backup of a real VM (libvirt and QEMU, emulated where the machine has no KVM) in which");
        Line($"something went wrong, and what was seen of it. Only what was run has results here.\n");
        Line($"What runs and who looks after whom: [architecture](architecture.md), [ADR 0006](adr/0006-guard-warden-journal.md). The freeze limit is the default, 10 s.");
        if (File.Exists(Repository.PathOf("docs", "stall.md"))) Line($"How long the guest stands still in a backup in which nothing goes wrong: [stall](stall.md).");
        Line($"\n| | |");
        Line($"| --- | --- |");
        Line($"| cases | {Tables.Sum(t => t.Rows.Count)} |");
        Line($"| run and good | {facts.Count(f => f.Failed is null)} |");
        Line($"| run and failed | {facts.Count(f => f.Failed is { } said && said.StartsWith("failed", StringComparison.Ordinal))} |");
        if (facts.Count > 0)
        {
            Line($"| when (UTC) | {facts.Min(f => f.Time):yyyy-MM-dd HH:mm} to {facts.Max(f => f.Time):yyyy-MM-dd HH:mm} |");
            var sources = facts.GroupBy(f => f.Commit).OrderBy(g => g.Min(f => f.Time)).Select(g => $"`{g.Key}` ({g.Count().ToString(CultureInfo.InvariantCulture)})");
            Line($"| sources (cases) | {string.Join(", ", sources)} |");
        }
        var stalls = facts.Where(f => f.Table == KillStep.Table.Key && f.Failed is null).Select(f => double.Parse(f.Cells[^1].Split(' ')[0], CultureInfo.InvariantCulture)).ToList();
        if (stalls.Count > 0) Line($"| longest stall in a guest whose backup was killed | {stalls.Max():0.0} s |");
        Line($"| libvirt, QEMU | {await VersionAsync("libvirtd")}, {await VersionAsync("qemu-system-x86_64")} |");
        foreach (var table in Tables)
        {
            Line($"\n## {table.Title}\n");
            Line($"{table.Says}\n");
            Line($"| {string.Join(" | ", table.Columns)} |");
            Line($"|{string.Concat(table.Columns.Select(_ => " --- |"))}");
            foreach (var row in table.Rows)
            {
                var results = SafetyFacts.Read(table.Key, row.Case) is not { } fact ? ["not run"] : fact.Failed is { } said ? [Cell(said)] : fact.Cells;
                var empty = Enumerable.Repeat("", table.Columns.Count - row.Cells.Count - results.Count);
                Line($"| {string.Join(" | ", row.Cells.Concat(results).Concat(empty))} |");
            }
        }
        await File.WriteAllTextAsync(Repository.PathOf("docs", "safety.md"), text.ToString());
    }

    private static string Cell(string said) => said.Replace("|", "\\|", StringComparison.Ordinal);

    private static async Task<string> VersionAsync(string program)
    {
        var said = await Tool.RunAsync(program, "--version");
        return said.Out.Split(' ', '\n').FirstOrDefault(w => w.Length > 0 && char.IsAsciiDigit(w[0])) ?? "unknown";
    }
}
