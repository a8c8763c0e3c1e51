using System.Globalization;
using System.Text;
using Stillpoint.Doctor.Logs;
using Stillpoint.Doctor.Tests.Cases;
using Stillpoint.Model;
using Stillpoint.TestKit;
using Xunit;

namespace Stillpoint.Doctor.Tests.Mutation;

/// <summary>
/// Whether the cases would notice a rule that is wrong: every rule is changed in small ways, and some case of its own must fail for each. Run by eng/mutate-rules
/// and <c>./test --all doctor</c>, which keep the result in docs/doctor-mutation.md.
/// </summary>
public sealed class MutationTests
{
    /// <summary>Of a hundred changes so many must be noticed. A rule without cases of its own brings it down.</summary>
    private const int LeastPercent = 60;

    [Fact(Explicit = true)]
    public void Rules_ChangedInSmallWays_AreNoticedByTheCases()
    {
        // A pattern without its regex sees more lines: they must be among the facts.
        LinePattern[] wide = [.. Diagnostician.Default.Patterns, .. Catalogue.All.SelectMany(c => c.Patterns).Where(p => p.Regex is not null).Select(p => new LinePattern([.. p.Literals]))];
        var index = new PatternIndex(wide);
        var units = CaseTests.Names.Select(row => UnitCase.Load(row.Data)).Select(unit => (Unit: unit, Facts: unit.Collect(CaseTests.Seed, index))).ToArray();
        var rows = new List<MutationRow>();
        foreach (var cause in Catalogue.All)
        {
            var own = units.Where(c => c.Unit.Cause == cause.Id || c.Unit.Expect == cause.Id || c.Unit.Candidates.Contains(cause.Id)).ToArray();
            var lines = LineCase.Of(cause.Id, index).ToArray();
            bool Holds(Mutant mutant) => Array.TrueForAll(lines, l => l.Wrong(mutant.Diagnose(l.Facts)) is null) && Array.TrueForAll(own, c => Passes(c.Unit, mutant.Diagnose(c.Facts)));
            var names = own.SelectMany(c => c.Unit.Facts).Concat(lines.SelectMany(l => l.Facts)).Select(f => f.Name)
                .Where(n => !n.StartsWith(FactNames.Line, StringComparison.Ordinal) && !n.StartsWith("file.", StringComparison.Ordinal)).Select(n => n.Split(':')[0]).ToHashSet(StringComparer.Ordinal);
            var made = Mutant.Of(cause, names).ToArray();
            rows.Add(new(
                cause.Id, own.Count(c => c.Unit.Positive && c.Unit.Cause == cause.Id), own.Count(c => !c.Unit.Positive && c.Unit.Cause == cause.Id), lines.Length, made.Length,
                [.. made.Where(m => !Fails(() => Holds(m))).Select(m => m.Name)]));
        }
        MutationPage.Write(rows, units.Length);
        var (noticed, all) = (rows.Sum(r => r.Noticed), rows.Sum(r => r.Made));
        Assert.True(noticed * 100 >= all * LeastPercent, $"{noticed} of {all} changes were noticed");
    }

    private static bool Passes(UnitCase unit, Diagnosis diagnosis)
    {
        CaseTests.Check(unit, diagnosis);
        return true;
    }

    /// <summary>A rule that falls over its own change would fail its case too.</summary>
    private static bool Fails(Func<bool> holds)
    {
        try
        {
            return !holds();
        }
        catch (Exception e) when (e is Xunit.Sdk.XunitException or NullReferenceException or InvalidOperationException)
        {
            return true;
        }
    }
}

/// <param name="For">Cases that must name the cause.</param>
/// <param name="Against">Cases that must not.</param>
/// <param name="Lines">Single lines and facts, for it or against it.</param>
/// <param name="Made">Changes made to the rule.</param>
/// <param name="Unnoticed">Those that no case noticed.</param>
internal sealed record MutationRow(string Cause, int For, int Against, int Lines, int Made, IReadOnlyList<string> Unnoticed)
{
    public int Noticed => Made - Unnoticed.Count;
}

internal static class MutationPage
{
    private const int Shown = 4;

    public static void Write(IReadOnlyList<MutationRow> rows, int cases)
    {
        var (noticed, made) = (rows.Sum(r => r.Noticed), rows.Sum(r => r.Made));
        var page = new StringBuilder(string.Create(CultureInfo.InvariantCulture, $"""
            <!-- Made by eng/mutate-rules; do not edit. -->
            # What the doctor's cases would notice

            {rows.Count} causes, {cases} cases, each inside 320 lines of normal log (seed {CaseTests.Seed}) with two unrelated errors, and {rows.Sum(r => r.Lines)} single lines and facts.

            Every rule was changed in small ways: a pattern taken away, its regex or one of its literals dropped, looked for in any log; a fact not seen; a
            look-alike not yielded to, a consequence not explained; the finding made weaker, silent, or without evidence. A change is noticed if one of the
            cause's own cases fails. Noticed: **{noticed} of {made}** ({100.0 * noticed / made:0.0} %). Comparisons and numbers inside a rule's code are not changed by this;
            some changes change nothing (a literal that always stands beside another one, a fact that another rule asks for) and cannot be noticed.

            | cause | cases for it | look-alikes | lines | changes noticed | not noticed |
            | --- | ---: | ---: | ---: | ---: | --- |

            """));
        foreach (var row in rows)
        {
            var left = string.Join("; ", row.Unnoticed.Take(Shown)) + (row.Unnoticed.Count > Shown ? $"; {row.Unnoticed.Count - Shown} more" : "");
            page.Append(CultureInfo.InvariantCulture, $"| {row.Cause} | {row.For} | {row.Against} | {row.Lines} | {row.Noticed} of {row.Made} | {left.Replace("|", "\\|", StringComparison.Ordinal)} |\n");
        }
        File.WriteAllText(Repository.PathOf("docs", "doctor-mutation.md"), page.ToString());
        // All of them, for whoever writes the next case.
        if (Environment.GetEnvironmentVariable("STILLPOINT_SURVIVORS") is { Length: > 0 } file)
            File.WriteAllLines(file, rows.SelectMany(r => r.Unnoticed.Select(u => $"{r.Cause}: {u}")));
    }
}
