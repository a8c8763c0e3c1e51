using System.Text;
using Stillpoint.Doctor.Bundles;
using Stillpoint.Doctor.Logs;
using Stillpoint.Doctor.Tests.Noise;
using Stillpoint.Model;
using Stillpoint.TestKit;

namespace Stillpoint.Doctor.Tests.Cases;

/// <summary>One case as somebody wrote it: what must be found, facts, and excerpts of files.</summary>
internal sealed record UnitCase(
    string Name, string Cause, bool Positive, string? Expect, string[] Candidates, string[] Consequences, IReadOnlyList<Fact> Facts,
    IReadOnlyList<(string Path, string[] Lines)> Files)
{
    private const int NoiseLines = 320;

    internal static readonly PatternIndex Index = new(Diagnostician.Default.Patterns);

    private static readonly LogKind[] Noisy = [LogKind.Agent, LogKind.Extension, LogKind.Shell, LogKind.System, LogKind.Audit, LogKind.Host, LogKind.Windows];

    public static string Folder => Repository.PathOf("tests", "Stillpoint.Doctor.Tests", "Cases");

    public static UnitCase Load(string name)
    {
        var facts = new List<Fact>();
        var files = new List<(string, string[])>();
        var lines = new List<string>();
        string? file = null, expect = null;
        string[] candidates = [], consequences = [];
        foreach (var line in File.ReadAllLines(Path.Combine(Folder, name)))
        {
            if (line.StartsWith("=== ", StringComparison.Ordinal))
            {
                Close();
                file = line[4..].Trim();
            }
            else if (file is not null)
            {
                lines.Add(line);
            }
            else if (line.Length > 0 && !line.StartsWith('#'))
            {
                var (key, value) = (line[..line.IndexOf(':')], line[(line.IndexOf(':') + 1)..].Trim());
                switch (key)
                {
                    case "expect": expect = value; break;
                    case "expect-candidates": candidates = value.Split(' '); break;
                    case "expect-consequence": consequences = value.Split(' '); break;
                    case "fact":
                        var equals = value.IndexOf(" = ", StringComparison.Ordinal);
                        facts.Add(new(value[..equals], value[(equals + 3)..], "case", new(2026, 11, 20, 3, 0, 0, TimeSpan.Zero)));
                        break;
                    default: throw new FormatException($"{name}: {line}");
                }
            }
        }
        Close();
        return new(name, name.Split('/')[0], Path.GetFileName(name).StartsWith("positive", StringComparison.Ordinal), expect, candidates, consequences, facts, files);

        void Close()
        {
            if (file is not null) files.Add((file, [.. lines]));
            lines.Clear();
        }
    }

    /// <summary>The facts of the case with its logs put into normal ones, as a bundle gives them.</summary>
    public IReadOnlyList<Fact> Collect(int seed, PatternIndex? index = null)
    {
        var noise = new NoiseWriter(seed);
        var files = Files.Select(f => (f.Path, Kind: LogKinds.Of(f.Path, Encoding.UTF8.GetBytes(string.Join('\n', f.Lines))), f.Lines)).ToList();
        var times = files.SelectMany(f => f.Lines).Select(l => LineTime.Of(Encoding.UTF8.GetBytes(l), Written)).OfType<DateTimeOffset>().ToArray();
        var (from, to) = times.Length > 0 ? (times.Min(), times.Max()) : (Written.AddHours(-3), Written.AddHours(-1));
        // A guest with anything to say has a system log too.
        if (files.All(f => f.Kind != LogKind.System)) files.Add(("var/log/syslog", LogKind.System, []));
        var entries = files.Select(f => Entry(f.Path, Noisy.Contains(f.Kind) ? Mixed(f.Kind, f.Lines, noise, from, to) : f.Lines, to))
            .OrderBy(e => e.Name, StringComparer.Ordinal).ToArray();
        var facts = BundleFacts.Collect(entries, new(BundleLimits.Default), new Sieve(index ?? Index), CancellationToken.None);
        return [.. Facts, .. facts];
    }

    private static DateTimeOffset Written => new(2026, 11, 20, 23, 0, 0, TimeSpan.Zero);

    /// <summary>Noise before, between and after the case's lines, which keep their order; where they have times, in time order.</summary>
    private static string[] Mixed(LogKind kind, string[] lines, NoiseWriter noise, DateTimeOffset from, DateTimeOffset to)
    {
        var (all, errors) = (new List<string>(), new HashSet<int>());
        while (errors.Count < 2) errors.Add(noise.Next(NoiseLines));
        // Nothing is written after the case's end: silence can be what the case is about.
        var start = from.AddHours(-2);
        var step = (to - start) / (NoiseLines + 1);
        var next = 0;
        for (var i = 0; i < NoiseLines; i++)
        {
            var at = start + (step * i);
            while (next < lines.Length && !(Time(lines[next], to) is { } own && own > at)) all.Add(lines[next++]);
            // A log that has gone silent in the case stays so.
            if (next == lines.Length && lines.Length > 0 && Time(lines[^1], to) is { } end && at > end) break;
            all.Add(errors.Contains(i) && kind is LogKind.System ? noise.UnrelatedError(at) : noise.Line(kind, at));
        }
        all.AddRange(lines[next..]);
        while (all.Count < NoiseLines + lines.Length) all.Insert(0, noise.Line(kind, start - (step * (NoiseLines - all.Count + 1))));
        return [.. all];
    }

    private static DateTimeOffset? Time(string line, DateTimeOffset near) => LineTime.Of(Encoding.UTF8.GetBytes(line), near.AddHours(1));

    private static BundleEntry Entry(string path, string[] lines, DateTimeOffset written) =>
        new(path, written.AddHours(1), () => new MemoryStream(Encoding.UTF8.GetBytes(string.Join('\n', lines) + "\n")));
}
