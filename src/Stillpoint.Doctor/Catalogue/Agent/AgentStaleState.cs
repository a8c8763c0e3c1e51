using System.Text.RegularExpressions;

namespace Stillpoint.Doctor.Causes;

/// <summary>What the agent keeps on disk contradicts what it is asked for: a newer manifest, or a goal state file that is gone.</summary>
internal sealed partial class AgentStaleState() : StatedCause("agent-stale-state", Link.GoalState)
{
    private static readonly LinePattern Contradicts = new(
        ["Downgrade not allowed", "is missing", "Failed to save handler status"],
        ContradictsLine(), LogKind.Agent);

    public override CauseCard Card { get; } = new(
        Worth.None,
        [new("move-state-aside", Applies.Waagent), new("restart-agent", Applies.Waagent)]);

    protected override IReadOnlyList<LinePattern> Says => [Contradicts];

    public override IReadOnlyList<string> YieldsTo => ["agent-disk-full"];

    [GeneratedRegex(
        @"Downgrade not allowed|GoalState\.\d+\.xml is missing|Failed to save handler status: \[Errno 2\].*'(?<path>[^']+)'",
        RegexOptions.CultureInvariant | RegexOptions.IgnoreCase)]
    private static partial Regex ContradictsLine();
}
