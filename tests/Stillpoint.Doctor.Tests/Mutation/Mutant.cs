using Stillpoint.Model;

namespace Stillpoint.Doctor.Tests.Mutation;

/// <summary>One change to one rule.</summary>
/// <param name="Pattern">The pattern changed, and what stands in its place: null for none at all.</param>
/// <param name="HiddenFact">A fact the rule asks for and is not given.</param>
internal sealed record Mutant(string Name, Cause Rule, (LinePattern Of, LinePattern? By)? Pattern = null, string? HiddenFact = null)
{
    public Diagnosis Diagnose(IReadOnlyList<Fact> facts)
    {
        var catalogue = Catalogue.All.Select(c => c.Id == Rule.Id ? Rule : c).ToArray();
        // A name without a subject stands for all that begin with it.
        var shown = HiddenFact is { } hidden ? facts.Where(f => f.Name != hidden && !f.Name.StartsWith(hidden + ":", StringComparison.Ordinal)) : facts;
        return new Diagnostician(catalogue).Diagnose(shown, Pattern is { } p ? of => of == p.Of ? p.By : of : null);
    }

    public static IEnumerable<Mutant> Of(Cause cause, IReadOnlySet<string> factNames)
    {
        for (var i = 0; i < cause.Patterns.Count; i++)
        {
            var pattern = cause.Patterns[i];
            yield return new($"pattern {i} gone", cause, (pattern, null));
            if (pattern.Regex is not null) yield return new($"pattern {i} without its regex", cause, (pattern, new LinePattern([.. pattern.Literals], null, pattern.Where)));
            if (pattern.Literals.Count > 1)
            {
                for (var l = 0; l < pattern.Literals.Count; l++)
                    yield return new($"pattern {i} without '{pattern.Literals[l]}'", cause, (pattern, new LinePattern([.. pattern.Literals.Where((_, at) => at != l)], pattern.Regex, pattern.Where)));
            }
            if (pattern.Where != LogKind.Any) yield return new($"pattern {i} in any log", cause, (pattern, new LinePattern([.. pattern.Literals], pattern.Regex)));
        }
        foreach (var name in factNames) yield return new($"fact {name} not seen", cause, HiddenFact: name);
        foreach (var id in cause.YieldsTo) yield return new($"does not yield to {id}", new Changed(cause, [.. cause.YieldsTo.Where(y => y != id)], f => f));
        foreach (var id in cause.Explains) yield return new($"does not explain {id}", new Changed(cause, cause.YieldsTo, f => f, [.. cause.Explains.Where(y => y != id)]));
        yield return new("only possible", new Changed(cause, cause.YieldsTo, f => f is null ? null : f with { Confidence = Confidence.Possible }));
        yield return new("never", new Changed(cause, cause.YieldsTo, _ => null));
        yield return new("without evidence", new Changed(cause, cause.YieldsTo, f => f is null ? null : f with { Evidence = [] }));
    }

    private sealed class Changed(Cause inner, IReadOnlyList<string> yieldsTo, Func<Finding?, Finding?> judge, IReadOnlyList<string>? explains = null)
        : Cause(inner.Id, inner.Link)
    {
        public override CauseCard Card => inner.Card;

        public override IReadOnlyList<LinePattern> Patterns => inner.Patterns;

        public override IReadOnlyList<string> YieldsTo => yieldsTo;

        public override IReadOnlyList<string> Explains => explains ?? inner.Explains;

        public override bool Umbrella => inner.Umbrella;

        public override Finding? Judge(CaseFile file) => judge(inner.Judge(file));
    }
}
