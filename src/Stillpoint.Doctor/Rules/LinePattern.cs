using System.Text.RegularExpressions;

namespace Stillpoint.Doctor;

/// <summary>
/// Lines a rule asks for. All patterns of all causes are looked for in one pass: first the literals of all together, then the regexes of the
/// patterns whose literal was there. So a literal must be in every line that the regex is to match, and be as rare as it can.
/// </summary>
public sealed class LinePattern
{
    /// <param name="literal">Without regard to the case of ASCII letters; at least three characters.</param>
    /// <param name="regex">Null: the literal alone decides. Source-generated, <c>CultureInvariant</c>, without nested quantifiers.</param>
    public LinePattern(string literal, Regex? regex = null, LogKind where = LogKind.Any)
        : this([literal], regex, where)
    {
    }

    /// <param name="literals">One of them is enough.</param>
    public LinePattern(string[] literals, Regex? regex = null, LogKind where = LogKind.Any)
    {
        if (literals.Length == 0 || literals.Any(l => l.Length < 3)) throw new ArgumentException("literals of at least three characters", nameof(literals));
        Literals = literals;
        Regex = regex;
        Where = where;
    }

    public IReadOnlyList<string> Literals { get; }

    public Regex? Regex { get; }

    public LogKind Where { get; }

    /// <summary>A pattern for any kind also looks where the kind is not known.</summary>
    public bool LooksIn(LogKind kind) => kind == LogKind.Unknown || (Where & kind) != 0;

    public bool Matches(LogKind kind, string line) =>
        LooksIn(kind) && Literals.Any(l => line.Contains(l, StringComparison.OrdinalIgnoreCase)) && MatchesText(line);

    internal bool MatchesText(ReadOnlySpan<char> line) => Regex is null || Regex.IsMatch(line);
}
