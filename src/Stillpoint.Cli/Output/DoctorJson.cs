namespace Stillpoint.Cli.Output;

// The doctor's documents. Ids are the catalogue's and stable; texts are in the reader's language.

/// <param name="Line">Null where the source has no lines.</param>
internal sealed record QuoteJson(string Source, int? Line, DateTimeOffset? Time, string Text);

internal sealed record RemedyJson(string Id, string Text);

/// <param name="Confidence">certain, likely, possible.</param>
/// <param name="Stage">The broken link of the chain of proof.</param>
/// <param name="Consequences">Ids of what else was found and follows from it.</param>
/// <param name="Repair">What Stillpoint can do for it; null: nothing.</param>
internal sealed record FoundCauseJson(
    string Id, string Confidence, string Stage, IReadOnlyList<QuoteJson> Evidence, IReadOnlyList<string> Consequences,
    IReadOnlyList<RemedyJson> Remedies, string? Repair, string Worth, string Title, string Why);

/// <param name="Candidates">Ids, only where the facts do not decide.</param>
internal sealed record DiagnosisJson(IReadOnlyList<FoundCauseJson> Causes, IReadOnlyList<string> Candidates, bool Healthy);

internal sealed record KnownCauseJson(
    string Id, string Stage, string? Seed, string Worth, string? Repair, bool NeverVerifiedOnWindows, string Title, string Why, IReadOnlyList<RemedyJson> Remedies);

internal sealed record KnownCausesJson(IReadOnlyList<KnownCauseJson> Causes);

/// <param name="Recognised">What in the text told it: a code, a name, one of our own messages.</param>
internal sealed record ExplanationJson(bool Recognised, string? Kind, string? Code, string? Message, IReadOnlyList<KnownCauseJson> Causes);
