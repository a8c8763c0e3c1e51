using System.Text;
using Stillpoint.Doctor.Bundles;
using Stillpoint.Doctor.Logs;
using Stillpoint.Doctor.Tests.Cases;
using Stillpoint.Model;
using Stillpoint.TestKit;
using Xunit;

namespace Stillpoint.Doctor.Tests;

/// <summary>
/// Each way of saying it, by itself. In <c>Lines/ID.txt</c> a line with + alone must put the cause on top, one with - must not name it;
/// <c>*3</c> says it three times over, and <c> | </c> parts lines that belong together. Facts at the top hold for all; under
/// <c>=== facts</c> the lines are facts.
/// </summary>
public sealed class LineTests
{
    private static string Folder => Repository.PathOf("tests", "Stillpoint.Doctor.Tests", "Lines");

    public static TheoryData<string> Ids => [.. Directory.EnumerateFiles(Folder).Select(f => Path.GetFileNameWithoutExtension(f)!).Order(StringComparer.Ordinal)];

    [Theory, MemberData(nameof(Ids))]
    public void Lines_EachAlone_NameTheCauseOrDoNot(string id)
    {
        var (facts, wrong) = (new List<Fact>(), new List<string>());
        var (file, number) = ("", 0);
        foreach (var line in File.ReadAllLines(Path.Combine(Folder, id + ".txt")))
        {
            number++;
            if (line.StartsWith("=== ", StringComparison.Ordinal)) file = line[4..];
            else if (line.StartsWith("fact: ", StringComparison.Ordinal)) facts.Add(FactOf(line[6..]));
            else if (Wrong(id, line[0] == '+', file, Lines(line[1..]), facts) is { } said) wrong.Add($"{id}.txt:{number}: {said}");
        }
        Assert.Empty(wrong);
    }

    private static string? Wrong(string id, bool enough, string file, string[] lines, List<Fact> facts)
    {
        if (file == "facts") return Judge(id, enough, [.. facts, .. lines.Select(FactOf)]);
        var written = new DateTimeOffset(2026, 11, 20, 23, 0, 0, TimeSpan.Zero);
        var entry = new BundleEntry(file, written, () => new MemoryStream(Encoding.UTF8.GetBytes(string.Join('\n', lines) + "\n")));
        var read = BundleFacts.Collect([entry], new(BundleLimits.Default), new Sieve(UnitCase.Index), CancellationToken.None);
        return Judge(id, enough, [.. facts, .. read]);
    }

    private static string? Judge(string id, bool enough, IReadOnlyList<Fact> facts)
    {
        var diagnosis = Diagnostician.Default.Diagnose(facts);
        var named = diagnosis.Causes.SelectMany(c => c.Consequences.Add(c.Id)).Concat(diagnosis.Candidates).Contains(id);
        var right = enough ? !diagnosis.Causes.IsEmpty && diagnosis.Causes[0].Id == id : !named;
        return right ? null : CaseTests.Said(diagnosis);
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
