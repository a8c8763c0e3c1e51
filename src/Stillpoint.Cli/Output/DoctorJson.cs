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

/// <param name="End">helped, undone, did-not-help, failed.</param>
/// <param name="Failure">Code of what failed.</param>
internal sealed record RepairJson(string Repair, string Cause, string End, string? Failure);

/// <summary>A repair that another process had begun and not ended.</summary>
/// <param name="End">undone, helped, interrupted; begun: it is still open, and <paramref name="Failure"/> says why.</param>
internal sealed record InterruptedRepairJson(string Vm, string Repair, string Cause, string End, string? Failure);

/// <param name="EarlierJob">The last backup, if it was worth less than wanted and nothing is wrong now.</param>
/// <param name="Backup">The backup after repairs that helped; null: none was tried.</param>
/// <param name="Interrupted">Of any VM.</param>
internal sealed record LiveDiagnosisJson(
    string Vm, string? VmId, IReadOnlyList<FoundCauseJson> Causes, IReadOnlyList<string> Candidates, bool Healthy,
    IReadOnlyList<SkippedJson> NotRead, string? EarlierJob, IReadOnlyList<RepairJson> Repairs, BackupAfterJson? Backup,
    IReadOnlyList<InterruptedRepairJson> Interrupted);

internal sealed record SkippedJson(string What, string Reason);

internal sealed record BackupAfterJson(string Job, string State, string? Point, string? Consistency, FailureJson? Failure);

internal sealed record KnownCauseJson(
    string Id, string Stage, string? Seed, string Worth, string? Repair, bool NeverVerifiedOnWindows, string Title, string Why, IReadOnlyList<RemedyJson> Remedies);

internal sealed record KnownCausesJson(IReadOnlyList<KnownCauseJson> Causes);

/// <param name="Recognised">What in the text told it: a code, a name, one of our own messages.</param>
internal sealed record ExplanationJson(bool Recognised, string? Kind, string? Code, string? Message, IReadOnlyList<KnownCauseJson> Causes);
