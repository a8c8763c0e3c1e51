namespace Stillpoint.Doctor.Causes;

/// <summary>
/// A cause with nothing to weigh: the extension's number, the code of a job of ours, or words with one meaning are each enough.
/// The named groups of its patterns, and the arguments of the job's failure, become arguments of the text.
/// </summary>
internal abstract class StatedCause(string id, Link link) : Cause(id, link)
{
    /// <summary>The extension's numbers.</summary>
    protected virtual IReadOnlyList<int> Numbers => [];

    /// <summary>Codes that a job of ours failed with, or gave as its reason for a lower consistency.</summary>
    protected virtual IReadOnlyList<string> Failures => [];

    protected virtual IReadOnlyList<LinePattern> Says => [];

    /// <summary>Error codes of Azure's service, wherever they were written down. What the service concludes is a little less than proof.</summary>
    protected virtual LinePattern? Azure => null;

    public sealed override IReadOnlyList<LinePattern> Patterns => Azure is { } azure ? [.. Says, azure] : Says;

    public override Finding? Judge(CaseFile file) => Numbered(file) ?? Failed(file) ?? InWords(file) ?? OfAzure(file);

    private Finding? InWords(CaseFile file)
    {
        var said = Says.Select(file.Hits).Where(h => h.Any).ToArray();
        return said.Length == 0 ? null : Worded(Finding.Certain([.. said]), file);
    }

    private Finding? Numbered(CaseFile file) =>
        file.Extension.Standing([.. Numbers]) is { } reported
            ? Worded(Finding.Certain([reported.Event, .. Says.Select(file.Hits)]), file).With("code", reported.Number)
            : null;

    private Finding? Failed(CaseFile file) =>
        Signs.Failed(file, [.. Failures]) is { } own ? Worded(Finding.Certain([own, .. Says.Select(file.Hits)]), file) : null;

    private Finding? OfAzure(CaseFile file) => Azure is { } azure && file.Hits(azure) is { Any: true } named ? Finding.Likely(named) : null;

    private Finding Worded(Finding finding, CaseFile file)
    {
        foreach (var (name, fact) in file.Facts(FactNames.FailureArgument).Concat(file.Facts("reason.argument"))) finding = finding
            .With(name, fact.Value);
        foreach (var pattern in Says.Where(p => p.Regex is not null))
        {
            var hits = file.Hits(pattern);
            foreach (var group in pattern.Regex!.GetGroupNames().Where(g => !char.IsAsciiDigit(g[0]))) finding = finding
                .With(group, hits.Value(group));
        }
        return finding;
    }
}
