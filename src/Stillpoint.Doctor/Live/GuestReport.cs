using System.Text;
using Stillpoint.Doctor.Bundles;
using Stillpoint.Doctor.Logs;
using Stillpoint.Model;

namespace Stillpoint.Doctor.Live;

/// <summary>
/// What a collector printed in a guest, as facts: each part is read as a file of a bundle is, by the same readers and within the same bounds.
/// </summary>
public static class GuestReport
{
    /// <param name="source">Begins the name under which evidence quotes a part.</param>
    /// <param name="token">A line <c>=== TOKEN NAME</c> begins a part. What comes before the first is passed over.</param>
    /// <param name="at">When it was collected; lines without a date get theirs from it.</param>
    public static IReadOnlyList<Fact> Read(string source, string token, string text, DateTimeOffset at, CancellationToken ct)
    {
        var sieve = new Sieve(new PatternIndex(Diagnostician.Default.Patterns));
        return [.. BundleFacts.Collect(Parts(source, token, text, at), new ReadBudget(BundleLimits.Default), sieve, ct)];
    }

    private static IEnumerable<BundleEntry> Parts(string source, string token, string text, DateTimeOffset at)
    {
        var head = $"=== {token} ";
        string? name = null;
        var part = new StringBuilder();
        foreach (var line in text.Split('\n'))
        {
            if (!line.StartsWith(head, StringComparison.Ordinal))
            {
                part.Append(line).Append('\n');
                continue;
            }
            if (name is not null) yield return Entry(name, part.ToString());
            name = line[head.Length..].Trim();
            part.Clear();
        }
        // A report that broke off: its last part is as good as it goes.
        if (name is not null) yield return Entry(name, part.ToString());

        BundleEntry Entry(string called, string content) => new($"{source}/{called}", at, () => new MemoryStream(Encoding.UTF8.GetBytes(content)));
    }
}
