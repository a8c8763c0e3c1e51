using System.Text;
using Stillpoint.Doctor.Bundles;
using Stillpoint.Doctor.Logs;
using Stillpoint.Doctor.Tests.Cases;
using Stillpoint.Model;
using Stillpoint.TestKit;
using Xunit;

namespace Stillpoint.Doctor.Tests.Diagnosing;

/// <summary>A diagnosis made again from saved facts is the same, to the letter.</summary>
public sealed class ReplayTests
{
    [Fact]
    public void Facts_SavedAndReadAgain_GiveTheSameDiagnosis()
    {
        using var temp = new TempFolder();
        foreach (string name in CaseTests.Names.Select(row => row.Data).Where((_, i) => i % 5 == 0))
        {
            var facts = UnitCase.Load(name).Collect(seed: 3);
            using (var file = File.Create(temp["facts.json"])) FactFile.Write(file, facts);
            var again = FactFile.Read(temp["facts.json"]);
            Assert.Equal(facts, again);
            Assert.Equal(CaseTests.Said(Diagnostician.Default.Diagnose(facts)), CaseTests.Said(Diagnostician.Default.Diagnose(again)));
        }
    }

    [Fact]
    public void Lines_FarMoreThanAreKept_AreKeptFromBothEndsAndReplayTheSame()
    {
        var log = new StringBuilder();
        var at = new DateTimeOffset(2026, 11, 20, 0, 0, 0, TimeSpan.Zero);
        for (var i = 0; i < 5000; i++, at += TimeSpan.FromSeconds(2))
        {
            log.Append(System.Globalization.CultureInfo.InvariantCulture, $"{at:yyyy/MM/dd HH:mm:ss.ffffff} [Info] Failed to aquire lock {i}\n");
            if (i % 3 == 0) log.Append(System.Globalization.CultureInfo.InvariantCulture, $"{at:yyyy/MM/dd HH:mm:ss.ffffff} [Info] StatusCode.FailedRetryableFsFreezeFailed, Mount Points already freezed {i}\n");
        }
        var entry = new BundleEntry("extension.log", at, () => new MemoryStream(Encoding.UTF8.GetBytes(log.ToString())));
        Fact[] facts = [.. BundleFacts.Collect([entry], new(BundleLimits.Default), new Sieve(new(Diagnostician.Default.Patterns)), CancellationToken.None)];
        var lines = facts.Where(f => f.Name.StartsWith(FactNames.Line, StringComparison.Ordinal)).ToArray();
        Assert.InRange(lines.Length, 2 * Hits.EachEnd, 6 * Hits.EachEnd);
        Assert.EndsWith(" 0", lines[0].Value, StringComparison.Ordinal);
        Assert.EndsWith(" 4999", lines[^1].Value, StringComparison.Ordinal);
        var before = CaseTests.Said(Diagnostician.Default.Diagnose(facts));
        // Once more through a sieve, as if the kept lines were the log.
        var kept = new BundleEntry("extension.log", at, () => new MemoryStream(Encoding.UTF8.GetBytes(string.Join('\n', lines.Select(l => l.Value)))));
        Fact[] twice = [.. BundleFacts.Collect([kept], new(BundleLimits.Default), new Sieve(new(Diagnostician.Default.Patterns)), CancellationToken.None)];
        Assert.Equal(lines.Select(l => l.Value), twice.Where(f => f.Name.StartsWith(FactNames.Line, StringComparison.Ordinal)).Select(l => l.Value));
        Assert.Contains("fs-freeze-lock-held", before, StringComparison.Ordinal);
    }
}
