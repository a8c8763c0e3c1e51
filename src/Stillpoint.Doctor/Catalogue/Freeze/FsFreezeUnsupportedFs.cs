using System.Text.RegularExpressions;

namespace Stillpoint.Doctor.Causes;

/// <summary>A file system of a kind that cannot be frozen.</summary>
internal sealed partial class FsFreezeUnsupportedFs() : Cause("fs-freeze-unsupported-fs", Link.Freeze)
{
    private static readonly LinePattern Refused = new("Operation not supported", RefusedLine(), LogKind.Extension | LogKind.Host);

    public override CauseCard Card { get; } = new(
        Worth.Crash,
        [new("accept-crash-consistency"), new("skip-mount", Applies.Waagent), new("move-data", Applies.Linux)]);

    public override IReadOnlyList<LinePattern> Patterns => [Refused];

    public override Finding? Judge(CaseFile file)
    {
        var refused = file.Hits(Refused);
        if (!refused.Any) return null;
        var type = refused.Value("mount") is { } mount ? file.Fact($"guest.mount-type:{mount}") : null;
        return Finding.Certain(refused, type).With("mount", refused.Value("mount")).With("filesystem", type?.Value);
    }

    [GeneratedRegex(
        @"(FIFREEZE: |failed to freeze )(?<mount>/\S*?):? (with error message )?Operation not supported",
        RegexOptions.CultureInvariant | RegexOptions.IgnoreCase)]
    private static partial Regex RefusedLine();
}
