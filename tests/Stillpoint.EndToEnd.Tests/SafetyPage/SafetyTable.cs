namespace Stillpoint.EndToEnd.Tests.SafetyPage;

/// <summary>A table of docs/safety.md: every case there is, run or not.</summary>
/// <param name="Says">What the table shows and what held for each of its rows.</param>
/// <param name="Columns">Those of <see cref="Row.Cells"/> first, then the results.</param>
internal sealed record SafetyTable(string Key, string Title, string Says, IReadOnlyList<string> Columns, IReadOnlyList<SafetyTable.Row> Rows)
{
    /// <param name="Case">As in <see cref="SafetyFact.Case"/>.</param>
    /// <param name="Cells">What identifies the case to a reader.</param>
    internal sealed record Row(string Case, IReadOnlyList<string> Cells);
}
