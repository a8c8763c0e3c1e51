using System.Collections.Immutable;

namespace Stillpoint.Doctor;

/// <param name="Stage">The link of the chain of proof that is broken.</param>
/// <param name="Consequences">Ids of what else was found and follows from this.</param>
/// <param name="Remedies">Only those for this guest, in the order to try them.</param>
/// <param name="Arguments">Values for the texts.</param>
public sealed record FoundCause(
    string Id, Confidence Confidence, Link Stage, ImmutableArray<Quote> Evidence, ImmutableArray<string> Consequences,
    ImmutableArray<Remedy> Remedies, string? Repair, Worth Worth, bool NeverVerifiedOnWindows, ImmutableSortedDictionary<string, string> Arguments);

/// <summary>What the facts say. The same facts always give the same.</summary>
/// <param name="Causes">The one to begin with first.</param>
/// <param name="Candidates">Ids, where the facts do not decide.</param>
/// <param name="Healthy">Nothing that speaks of a failed backup was found.</param>
public sealed record Diagnosis(ImmutableArray<FoundCause> Causes, ImmutableArray<string> Candidates, bool Healthy);
