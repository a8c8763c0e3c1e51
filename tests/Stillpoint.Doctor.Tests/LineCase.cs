using System.Text;
using Stillpoint.Doctor.Bundles;
using Stillpoint.Doctor.Logs;
using Stillpoint.Doctor.Tests.Cases;
using Stillpoint.Model;
using Stillpoint.TestKit;

namespace Stillpoint.Doctor.Tests;

/// <summary>
/// One line of <c>Lines/ID.txt</c>: with + it alone must put the cause on top, with - it must not name it; <c>*3</c> says it three times over, and
/// <c> | </c> parts lines that belong together. Facts at the top hold for all; under <c>=== facts</c> the lines are facts.
/// </summary>
/// <param name="Place">File and line.</param>
internal sealed record LineCase(string Place, string Cause, bool Enough, IReadOnlyList<Fact> Facts)
{
    private static string Folder => Repository.PathOf("tests", "Stillpoint.Doctor.Tests", "Lines");

    public static IEnumerable<string> Causes => Directory.EnumerateFiles(Folder).Select(f => Path.GetFileNameWithoutExtension(f)!).Order(StringComparer.Ordinal);

    public static IEnumerable<LineCase> Of(string cause, PatternIndex? index = null)
    {
        var path = Path.Combine(Folder, cause + ".txt");
        if (!File.Exists(path)) yield break;
        var facts = new List<Fact>();
        var (file, number) = ("", 0);
        foreach (var line in File.ReadAllLines(path))
        {
            number++;
            if (line.StartsWith("=== ", StringComparison.Ordinal)) file = line[4..];
            else if (line.StartsWith("fact: ", StringComparison.Ordinal)) facts.Add(FactOf(line[6..]));
            else yield return new($"{cause}.txt:{number}", cause, line[0] == '+', [.. facts, .. Read(file, Lines(line[1..]), index ?? UnitCase.Index)]);
        }
    }

    /// <returns>Null: as it must be. Else what was said instead.</returns>
    public string? Wrong(Diagnosis diagnosis)
    {
        var named = diagnosis.Causes.SelectMany(c => c.Consequences.Add(c.Id)).Concat(diagnosis.Candidates).Contains(Cause);
        var right = Enough ? !diagnosis.Causes.IsEmpty && diagnosis.Causes[0].Id == Cause && !diagnosis.Causes[0].Evidence.IsEmpty : !named;
        return right ? null : $"{Place}: {CaseTests.Said(diagnosis)}";
    }

    private static IEnumerable<Fact> Read(string file, string[] lines, PatternIndex index)
    {
        if (file == "facts") return lines.Select(FactOf);
        var written = new DateTimeOffset(2026, 11, 20, 23, 0, 0, TimeSpan.Zero);
        var entry = new BundleEntry(file, written, () => new MemoryStream(Encoding.UTF8.GetBytes(string.Join('\n', lines) + "\n")));
        return BundleFacts.Collect([entry], new(BundleLimits.Default), new Sieve(index), CancellationToken.None);
    }

    private static string[] Lines(string text)
    {
        var times = 1;
        if (text[0] == '*')
        {
            times = text[1] - '0';
            text = text[2..];
        }
        // One space belongs to the mark; the rest of the indentation is the line's.
        var once = text[1..].Split(" | ");
        return [.. Enumerable.Repeat(once, times).SelectMany(l => l)];
    }

    private static Fact FactOf(string text)
    {
        var equals = text.IndexOf(" = ", StringComparison.Ordinal);
        return new(text[..equals], text[(equals + 3)..], "case", new(2026, 11, 20, 3, 0, 0, TimeSpan.Zero));
    }
}
