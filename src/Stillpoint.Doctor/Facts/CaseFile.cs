using System.Globalization;
using Stillpoint.Model;

namespace Stillpoint.Doctor;

/// <summary>All that is known of one case, as rules ask for it. Immutable; made of facts alone, so saved facts give the same answers.</summary>
public sealed class CaseFile
{
    private readonly Dictionary<LinePattern, Hits> _hits = [];
    private readonly Dictionary<string, Fact> _facts = new(StringComparer.Ordinal);
    private readonly List<Fact> _ordered = [];

    /// <param name="seenAs">For the tests of the rules: what a pattern is replaced by, null for one that never fits.</param>
    internal CaseFile(IEnumerable<Fact> facts, IEnumerable<LinePattern> patterns, Func<LinePattern, LinePattern?>? seenAs = null)
    {
        var lines = new List<LogEvent>();
        foreach (var fact in facts)
        {
            if (LineFact.Read(fact, lines.Count) is { } line)
            {
                lines.Add(line);
                continue;
            }
            _ordered.Add(fact);
            // Of two observations of one thing the later one counts.
            if (!_facts.TryGetValue(fact.Name, out var known) || fact.Time >= known.Time) _facts[fact.Name] = fact;
        }
        Lines = lines;
        foreach (var pattern in patterns.Distinct()) _hits[pattern] = (seenAs is null ? pattern : seenAs(pattern)) is { } sought ? Find(sought) : new(pattern, []);
        Extension = ReportedCodes.Of(lines);
        Guest = GuestPlatform.Of(this);
    }

    public IReadOnlyList<LogEvent> Lines { get; }

    /// <summary>The numbers the extension reported, the newest last. Read these before any text.</summary>
    public ReportedCodes Extension { get; }

    public GuestPlatform Guest { get; }

    /// <param name="pattern">One of the cause's own <see cref="Cause.Patterns"/>.</param>
    public Hits Hits(LinePattern pattern) => _hits[pattern];

    public Fact? Fact(string name) => _facts.GetValueOrDefault(name);

    public string? Value(string name) => Fact(name)?.Value;

    /// <summary>The fact if its value is one of these.</summary>
    public Fact? FactIs(string name, params ReadOnlySpan<string> values) =>
        Fact(name) is { } fact && values.Contains(fact.Value, StringComparer.OrdinalIgnoreCase) ? fact : null;

    public Fact? FactAtLeast(string name, double least) => Fact(name) is { } fact && Number(fact) >= least ? fact : null;

    /// <summary>All facts of a name with a subject: <c>guest.mount-used-percent</c> gives one per mount.</summary>
    public IEnumerable<(string Subject, Fact Fact)> Facts(string name) =>
        _facts.Values.Where(f => f.Name.Length > name.Length && f.Name[name.Length] == ':' && f.Name.StartsWith(name, StringComparison.Ordinal))
            .OrderBy(f => f.Name, StringComparer.Ordinal).Select(f => (f.Name[(name.Length + 1)..], f));

    public bool Any(string name) => Fact(name) is not null || Facts(name).Any();

    /// <summary>NaN where it is no number.</summary>
    public static double Number(Fact fact) =>
        double.TryParse(fact.Value, NumberStyles.Float, CultureInfo.InvariantCulture, out var number) ? number : double.NaN;

    /// <summary>When the last line of a kind was written; null: no such file, or none with times.</summary>
    public DateTimeOffset? LastTime(LogKind kind) => Facts(FactNames.FileLast).Where(f => KindOf(f.Subject) is { } k && (k & kind) != 0).Select(f => LastTime(f.Subject)).Max();

    /// <summary>When the last line of a file was written; null: no such file, or none with times.</summary>
    public DateTimeOffset? LastTime(string file) =>
        DateTimeOffset.TryParse(Value($"{FactNames.FileLast}:{file}"), CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var t) ? t : null;

    public bool Has(LogKind kind) => Facts(FactNames.FileKind).Any(f => KindOf(f.Subject) is { } k && (k & kind) != 0);

    private LogKind? KindOf(string file) => LineFact.KindOf(Value($"{FactNames.FileKind}:{file}"));

    private Hits Find(LinePattern pattern)
    {
        // As a sieve keeps them: so the answer does not depend on whether the facts were saved in between.
        var events = Lines.Where(e => pattern.Matches(e.Kind, e.Text)).GroupBy(e => e.Source, StringComparer.Ordinal)
            .SelectMany(f => f.Count() <= 2 * Doctor.Hits.EachEnd ? f : f.Take(Doctor.Hits.EachEnd).Concat(f.TakeLast(Doctor.Hits.EachEnd)));
        return new(pattern, [.. events.OrderBy(e => e.Order)]);
    }
}
