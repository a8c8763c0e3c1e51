using System.Text.RegularExpressions;

namespace Stillpoint.Doctor.Causes;

/// <summary>Extension and agent library do not fit together; the extension then says "no network", which is a false lead.</summary>
internal sealed partial class ExtAgentApiMismatch() : StatedCause("ext-agent-api-mismatch", Link.Extension)
{
    private static readonly LinePattern Trace =
        new(["Failed to construct ConfigurationProvider", "takes exactly"], TraceLine(), LogKind.Extension);

    public override CauseCard Card { get; } = new(
        Worth.None,
        [new("update-agent-and-extension", Applies.Waagent)]);

    protected override IReadOnlyList<LinePattern> Says => [Trace];

    [GeneratedRegex(
        @"Failed to construct ConfigurationProvider|__init__\(\) takes exactly",
        RegexOptions.CultureInvariant | RegexOptions.IgnoreCase)]
    private static partial Regex TraceLine();
}
