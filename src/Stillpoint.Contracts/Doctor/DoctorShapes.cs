namespace Stillpoint.Contracts;

/// <param name="Text">A message, a code or a line of a log, in whichever of the five languages.</param>
public sealed record ExplainRequest(string Text);

/// <param name="Line">Null where the source has no lines.</param>
public sealed record QuoteView(string Source, int? Line, DateTimeOffset? Time, string Text);

public sealed record RemedyView(string Id, string Text);

/// <param name="Confidence">certain, likely, possible.</param>
/// <param name="Stage">The broken link of the chain of proof.</param>
/// <param name="Consequences">Ids of what else was found and follows from it.</param>
/// <param name="Repair">What Stillpoint can do for it; null: nothing.</param>
public sealed record FoundCauseView(
    string Id, string Confidence, string Stage, IReadOnlyList<QuoteView> Evidence, IReadOnlyList<string> Consequences,
    IReadOnlyList<RemedyView> Remedies, string? Repair, string Worth, string Title, string Why);

/// <param name="Candidates">Ids, where the facts do not decide.</param>
/// <param name="Skipped">What of a bundle was not read: path and reason.</param>
public sealed record DiagnosisView(
    IReadOnlyList<FoundCauseView> Causes, IReadOnlyList<string> Candidates, bool Healthy, IReadOnlyList<SkippedView>? Skipped = null);

/// <summary>What the doctor makes of a VM as it is now.</summary>
/// <param name="VmId">Null: it is gone from the host.</param>
/// <param name="Facts">What it rests on.</param>
/// <param name="EarlierJob">The VM's last backup, if it did less than asked and nothing is wrong now.</param>
public sealed record LiveDiagnosisView(string Vm, string? VmId, DiagnosisView Diagnosis, IReadOnlyList<FactView> Facts, string? EarlierJob);

public sealed record SkippedView(string Path, string Reason);

public sealed record CauseView(
    string Id, string Stage, string? Seed, string Worth, string? Repair, bool NeverVerifiedOnWindows, string Title, string Why, IReadOnlyList<RemedyView> Remedies);

/// <param name="Kind">What in the text told it; null: nothing in it is known.</param>
public sealed record ExplanationView(bool Recognised, string? Kind, string? Code, IReadOnlyList<CauseView> Causes);
