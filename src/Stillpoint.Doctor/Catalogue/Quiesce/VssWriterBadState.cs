using System.Text.RegularExpressions;

namespace Stillpoint.Doctor.Causes;

/// <summary>On Windows: a writer of the shadow copy service is in a failed state.</summary>
internal sealed partial class VssWriterBadState() : Cause("vss-writer-bad-state", Link.Quiesce)
{
    private static readonly LinePattern Writer = new("Writer name:", WriterLine(), LogKind.Command | LogKind.Windows);
    private static readonly LinePattern State = new("State: [", StateLine(), LogKind.Command | LogKind.Windows);
    private static readonly LinePattern Held = new("timed out while holding writes", null, LogKind.Windows);
    private static readonly LinePattern Azure =
        new(["ExtensionFailedVssWriterInBadState", "ExtensionFailedVssServiceInBadState"], null, LogKind.Any);

    public override CauseCard Card { get; } = new(
        Worth.Crash,
        [new("restart-writer-service", Applies.Windows), new("snapshot-without-threads", Applies.Windows)], NeverVerifiedOnWindows: true);

    public override IReadOnlyList<LinePattern> Patterns => [Writer, State, Held, Azure];

    public override Finding? Judge(CaseFile file)
    {
        foreach (var (writer, fact) in file.Facts("guest.vss-writer"))
        {
            if (!fact.Value.StartsWith("[1]", StringComparison.Ordinal)) return Finding.Certain(fact).With("writer", writer);
        }
        foreach (var (head, line) in Signs.Below(file.Hits(Writer), file.Hits(State), within: 5))
            return Finding.Certain(head, line).With("writer", file.Hits(Writer).ValueOf(head, "writer"));
        if (file.Hits(Held) is { Any: true } held) return Finding.Likely(held);
        return file.Hits(Azure) is { Any: true } azure ? Finding.Likely(azure) : null;
    }

    [GeneratedRegex("Writer name: '(?<writer>[^']+)'", RegexOptions.CultureInvariant | RegexOptions.IgnoreCase)]
    private static partial Regex WriterLine();

    [GeneratedRegex(@"State: \[(?!1\])\d+\]", RegexOptions.CultureInvariant | RegexOptions.IgnoreCase)]
    private static partial Regex StateLine();
}
