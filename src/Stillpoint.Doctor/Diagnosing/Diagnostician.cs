using System.Collections.Immutable;
using Stillpoint.Model;

namespace Stillpoint.Doctor;

/// <summary>
/// From facts to causes. Pure: no clock, no I/O, no order of its own choosing. Safe for any thread.
/// </summary>
public sealed class Diagnostician(IReadOnlyList<Cause> catalogue)
{
    /// <summary>A finding that began this much before another does not follow from it.</summary>
    private static readonly TimeSpan Slack = TimeSpan.FromMinutes(10);

    public static Diagnostician Default { get; } = new(Catalogue.All);

    /// <summary>Every pattern there is: what a sieve must keep.</summary>
    public IReadOnlyList<LinePattern> Patterns { get; } =
        [.. catalogue.SelectMany(c => c.Patterns).Concat(ProvenLinks.Patterns).Concat(ReportedCodes.Patterns).Concat(GuestSigns.Patterns).Distinct()];

    public Diagnosis Diagnose(IEnumerable<Fact> facts) => Diagnose(facts, null);

    internal Diagnosis Diagnose(IEnumerable<Fact> facts, Func<LinePattern, LinePattern?>? seenAs)
    {
        var file = new CaseFile(facts, Patterns, seenAs);
        var proven = new ProvenLinks(file);
        var found = new List<Found>();
        for (var i = 0; i < catalogue.Count; i++)
        {
            if (catalogue[i].Judge(file) is not { } finding) continue;
            var link = finding.At ?? catalogue[i].Link;
            if (!proven.Healed(finding, link)) found.Add(new(catalogue[i], finding, link, i));
        }
        return Conclude(file, found);
    }

    /// <summary>Causes of which a rule asks for one of these lines, whether or not the line alone would convince it: for a line pasted alone.</summary>
    internal IEnumerable<string> Asking(IEnumerable<string> lines) =>
        catalogue.Where(c => c.Patterns.Any(p => p.Regex is not null && lines.Any(l => p.Matches(LogKind.Unknown, l)))).OrderBy(c => c.Link).Select(c => c.Id);

    private static Diagnosis Conclude(CaseFile file, List<Found> found)
    {
        var firm = found.Where(f => f.Finding.Confidence >= Confidence.Likely).Select(f => f.Cause.Id).ToHashSet(StringComparer.Ordinal);
        found.RemoveAll(f => f.Cause.YieldsTo.Any(id => id != f.Cause.Id && firm.Contains(id)));
        if (found.Any(f => firm.Contains(f.Cause.Id) && !f.Cause.Umbrella && !f.Finding.GuestOnly && f.Link is < Link.Agent or > Link.Freeze))
            found.RemoveAll(f => f.Finding.GuestOnly);
        var confirmed = found.Where(f => !f.Cause.Umbrella && f.Finding.Confidence >= Confidence.Likely)
            .OrderBy(f => f.Link).ThenByDescending(f => f.Finding.Confidence).ThenBy(f => f.Began ?? DateTimeOffset.MaxValue).ThenBy(f => f.Order).ToList();
        if (confirmed.Count > 0) return new(Group(file, confirmed), [], Healthy: false);
        var candidates = found.Where(f => !f.Cause.Umbrella).OrderBy(f => f.Link).ThenBy(f => f.Order).Select(f => f.Cause.Id).ToImmutableArray();
        if (candidates.Length > 0) return new([], candidates, Healthy: false);
        // Nothing but the complaint itself: it is named, so that the reader sees it was read.
        var umbrella = found.Where(f => f.Cause.Umbrella).Take(1).ToList();
        return new(Group(file, umbrella), [], Healthy: umbrella.Count == 0 && file.Fact(FactNames.FailureCode) is null);
    }

    private static ImmutableArray<FoundCause> Group(CaseFile file, List<Found> confirmed)
    {
        // What a cause says of itself comes before the chain's order: it may explain what stands earlier in it.
        var above = new Dictionary<Found, Found>();
        foreach (var f in confirmed)
        {
            if (confirmed.Find(by => by != f && by.Cause.Explains.Contains(f.Cause.Id) && !(f.Cause.Explains.Contains(by.Cause.Id) && confirmed.IndexOf(f) < confirmed.IndexOf(by)) && HeadOf(by) != f) is { } by)
                above[f] = by;
        }
        var heads = new List<Found>();
        foreach (var f in confirmed.Where(f => !above.ContainsKey(f)))
        {
            if (heads.Find(h => FollowsByOrder(h, f)) is { } head) above[f] = head;
            else heads.Add(f);
        }
        return [.. heads.Select(h => Describe(file, h, [.. confirmed.Where(f => f != h && HeadOf(f) == h).Select(f => f.Cause.Id)]))];

        Found HeadOf(Found f)
        {
            while (above.TryGetValue(f, out var next)) f = next;
            return f;
        }
    }

    private static bool FollowsByOrder(Found head, Found other) =>
        // What is wrong with the target is not the guest's doing.
        head.Link < other.Link && !(other.Link == Link.Vault && head.Link is >= Link.Agent and <= Link.Thaw) && !(head.Began is { } began && other.Began is { } earlier && earlier < began - Slack);

    private static FoundCause Describe(CaseFile file, Found f, ImmutableArray<string> follow)
    {
        var card = f.Cause.Card;
        var arguments = f.Finding.Arguments;
        if (!arguments.ContainsKey("service")) arguments = arguments.Add("service", file.Guest.Service);
        if (!arguments.ContainsKey("package")) arguments = arguments.Add("package", file.Guest.Package);
        // What is known from logs alone is out of our hands.
        var repair = f.Finding.NoRepair || !file.Guest.Ours ? null : card.Repair;
        return new(
            f.Cause.Id, f.Finding.Confidence, f.Link, f.Finding.Evidence, follow, [.. card.Remedies.Where(file.Guest.Takes)], repair, card.Worth,
            card.NeverVerifiedOnWindows, arguments);
    }

    private sealed record Found(Cause Cause, Finding Finding, Link Link, int Order)
    {
        public DateTimeOffset? Began { get; } = Finding.Evidence.Min(q => q.Time);
    }
}
