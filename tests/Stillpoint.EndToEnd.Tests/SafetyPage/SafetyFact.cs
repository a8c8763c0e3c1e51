namespace Stillpoint.EndToEnd.Tests.SafetyPage;

/// <summary>What was seen of one case on a real VM: a row of docs/safety.md.</summary>
/// <param name="Table">Key of its <see cref="SafetyTable"/>.</param>
/// <param name="Case">Unique in its table.</param>
/// <param name="Cells">One for each column of the table that is a result.</param>
/// <param name="Commit">The last one that changed what ran (src/); "+" after it: with changes that are in no commit.</param>
/// <param name="Failed">What the test said, where it failed or could not run; then there are no cells.</param>
internal sealed record SafetyFact(string Table, string Case, IReadOnlyList<string> Cells, DateTimeOffset Time, string Commit, string? Failed = null);
