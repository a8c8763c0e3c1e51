namespace Stillpoint.Doctor.Logs;

/// <summary>All patterns, made ready to be looked for in one pass. Takes a moment to make; then serves any number of sieves, from any thread.</summary>
internal sealed class PatternIndex
{
    public PatternIndex(IReadOnlyList<LinePattern> patterns)
    {
        Patterns = patterns;
        var numbers = new Dictionary<string, List<int>>(StringComparer.Ordinal);
        for (var i = 0; i < patterns.Count; i++)
        {
            foreach (var literal in patterns[i].Literals.Select(l => l.ToLowerInvariant()).Distinct(StringComparer.Ordinal))
            {
                if (!numbers.TryGetValue(literal, out var of)) numbers[literal] = of = [];
                of.Add(i);
            }
        }
        Automaton = new([.. numbers.Keys]);
        PatternsOf = [.. numbers.Values.Select(of => of.ToArray())];
    }

    public IReadOnlyList<LinePattern> Patterns { get; }

    public LiteralAutomaton Automaton { get; }

    /// <summary>By literal: the patterns it may begin.</summary>
    public int[][] PatternsOf { get; }

    public int Literals => PatternsOf.Length;
}
