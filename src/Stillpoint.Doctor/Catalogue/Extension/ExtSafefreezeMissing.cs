using System.Text.RegularExpressions;

namespace Stillpoint.Doctor.Causes;

/// <summary>The extension's freezing program is not in its folder.</summary>
internal sealed partial class ExtSafefreezeMissing() : StatedCause("ext-safefreeze-missing", Link.Extension)
{
    private static readonly LinePattern Missing = new("safefreeze binary is missing", MissingLine(), LogKind.Extension);

    public override CauseCard Card { get; } = new(
        Worth.None,
        [new("reload-extension")]);

    protected override IReadOnlyList<LinePattern> Says => [Missing];

    protected override IReadOnlyList<int> Numbers => [124];

    [GeneratedRegex(@"safefreeze binary is missing(.* path (?<path>/\S+))?", RegexOptions.CultureInvariant | RegexOptions.IgnoreCase)]
    private static partial Regex MissingLine();
}
