using System.Text.RegularExpressions;

namespace Stillpoint.Doctor.Causes;

/// <summary>A newer agent is installed and refused after crashes, so an old one runs in its place.</summary>
internal sealed partial class AgentBlacklisted() : StatedCause("agent-blacklisted", Link.Agent)
{
    private static readonly LinePattern Refused = new("blacklisted", RefusedLine(), LogKind.Agent);
    private static readonly LinePattern Fatal = new("was_fatal", FatalLine(), LogKind.Config | LogKind.Agent);

    public override CauseCard Card { get; } = new(
        Worth.None,
        [
            new("cure-channel-first", Applies.Waagent), new("remove-error-json", Applies.Waagent), new("restart-agent", Applies.Waagent),
        ]);

    protected override IReadOnlyList<LinePattern> Says => [Refused, Fatal];

    /// <summary>An old agent that runs instead does not heal it.</summary>
    public override Finding? Judge(CaseFile file) =>
        base.Judge(file)?.AsLasting().With("path", file.Hits(Fatal).Last is { } mark ? "/" + mark.Source.TrimStart('/') : null);

    [GeneratedRegex(
        @"(WALinuxAgent-)?(?<version>\d[\d.]+\d)? is (permanently )?blacklisted",
        RegexOptions.CultureInvariant | RegexOptions.IgnoreCase)]
    private static partial Regex RefusedLine();

    [GeneratedRegex(@"""was_fatal"":\s*true", RegexOptions.CultureInvariant | RegexOptions.IgnoreCase)]
    private static partial Regex FatalLine();
}
