using System.Text.RegularExpressions;

namespace Stillpoint.Doctor.Causes;

/// <summary>
/// The host's own service refuses for a while. Single refusals are normal; a row of them with no success after is the platform's trouble.
/// </summary>
internal sealed partial class AgentHostserviceTransient() : Cause("agent-hostservice-transient", Link.HostChannel)
{
    private static readonly LinePattern Refused = new(
        ["410: Gone", "502: Bad Gateway", "VMArtifactsProfileBlobContentNotFound", "GET vmSettings", "Status Code 410"],
        RefusedLine(), LogKind.Agent);
    private static readonly LinePattern Recovered = new(
        ["recovered from previous errors", "ExtensionsInGoalState completed", "ProcessGoalState completed"],
        null, LogKind.Agent);

    public override CauseCard Card { get; } = new(
        Worth.None,
        [new("wait-and-retry")]);

    public override IReadOnlyList<LinePattern> Patterns => [Refused, Recovered];

    public override IReadOnlyList<string> YieldsTo => ["vmstate-host-maintenance", "net-hostchannel-blocked"];

    /// <summary>Fewer are noise: the agent's makers pass over up to five.</summary>
    private const int Enough = 6;

    public override Finding? Judge(CaseFile file)
    {
        var refused = file.Hits(Refused);
        var standing = refused.CountAfter(file.Hits(Recovered));
        return standing >= Enough ? Finding.Likely(refused).With("count", standing) : null;
    }

    [GeneratedRegex(
        "410: Gone|502: Bad Gateway|VMArtifactsProfileBlobContentNotFound|GET vmSettings.*Timeout",
        RegexOptions.CultureInvariant | RegexOptions.IgnoreCase)]
    private static partial Regex RefusedLine();
}
