using System.Text.RegularExpressions;

namespace Stillpoint.Doctor.Causes;

/// <summary>The folder that extensions log to is gone, or a file stands in its place.</summary>
internal sealed partial class AgentLogDirMissing() : StatedCause("agent-log-dir-missing", Link.Extension)
{
    private static readonly LinePattern Missing = new("/var/log/azure", MissingLine(), LogKind.Agent | LogKind.Shell | LogKind.Extension);

    public override CauseCard Card { get; } = new(
        Worth.None,
        [new("recreate-log-folder", Applies.Linux), new("restart-agent", Applies.Waagent)]);

    protected override IReadOnlyList<LinePattern> Says => [Missing];

    [GeneratedRegex(
        "(Not a directory|No such file or directory): '(?<path>/var/log/azure)",
        RegexOptions.CultureInvariant | RegexOptions.IgnoreCase)]
    private static partial Regex MissingLine();
}
