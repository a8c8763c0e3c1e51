using System.Text.RegularExpressions;

namespace Stillpoint.Doctor.Causes;

/// <summary>Another extension must come first, and has failed.</summary>
internal sealed partial class ExtDependencyFailed() : StatedCause("ext-dependency-failed", Link.Package)
{
    private static readonly LinePattern Waits =
        new(["ependent extension", "Skipping processing of extensions since"], WaitsLine(), LogKind.Agent);

    public override CauseCard Card { get; } = new(
        Worth.None,
        [new("cure-named-extension")]);

    protected override IReadOnlyList<LinePattern> Says => [Waits];

    [GeneratedRegex(
        @"Dependent extension (?<extension>\S+) (failed|timed out|did not succeed)|Skipping processing of extensions since",
        RegexOptions.CultureInvariant | RegexOptions.IgnoreCase)]
    private static partial Regex WaitsLine();
}
