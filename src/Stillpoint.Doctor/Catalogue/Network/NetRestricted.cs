using System.Text.RegularExpressions;

namespace Stillpoint.Doctor.Causes;

/// <summary>Some of the storage can be reached and some cannot: a firewall rule that does not cover every endpoint.</summary>
internal sealed partial class NetRestricted() : Cause("net-restricted", Link.Snapshot)
{
    private static readonly LinePattern Unanswered = new("IsSuccessful:False", UnansweredLine(), LogKind.Extension);
    private static readonly LinePattern Answered = new(
        ["StatusCode:409", "StatusCode:412", "snapshot api returned: 409", "snapshot api returned: 412"],
        null, LogKind.Extension);

    public override CauseCard Card { get; } = new(
        Worth.Partial,
        [new("cover-every-endpoint"), new("allow-before-deny"), new("host-side-snapshot", Applies.Stillpoint)], Seed: "C1");

    public override IReadOnlyList<LinePattern> Patterns => [Unanswered, Answered];

    public override IReadOnlyList<string> YieldsTo => ["snap-conflict"];

    public override Finding? Judge(CaseFile file)
    {
        // Storage that answers "no" is no firewall.
        if (file.Hits(Answered).Any) return null;
        var unanswered = file.Hits(Unanswered);
        if (file.Extension.Standing(761) is { } reported)
            return Finding.Certain(reported.Event, unanswered).With("count", unanswered.Count);
        var probes = Signs.Outside(file).ToArray();
        var failed = probes.Where(p => p.Fact.Value is "timeout" or "no-route" or "refused").ToArray();
        if (failed.Length == 0 || failed.Length == probes.Length) return null;
        return Finding.Certain(failed[0].Fact, probes.First(p => p.Fact.Value == "ok").Fact).With("address", failed[0].Endpoint)
            .With("count", failed.Length);
    }

    [GeneratedRegex(@"IsSuccessful:False.*(timed out|StatusCode:55[58]|Errno 1\d\d)", RegexOptions.CultureInvariant | RegexOptions.IgnoreCase)]
    private static partial Regex UnansweredLine();
}
