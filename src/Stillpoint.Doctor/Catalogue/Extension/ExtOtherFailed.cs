using System.Text.RegularExpressions;

namespace Stillpoint.Doctor.Causes;

/// <summary>The VM counts as failed because of another product's extension.</summary>
internal sealed partial class ExtOtherFailed() : Cause("ext-other-failed", Link.Package)
{
    private static readonly LinePattern Failed = new("op=", FailedLine(), LogKind.Agent);
    private static readonly LinePattern Azure = new("UserErrorVmProvisioningStateFailed", null, LogKind.Any);

    public override CauseCard Card { get; } = new(
        Worth.None,
        [new("cure-named-extension"), new("remove-named-extension", Applies.Azure)]);

    public override IReadOnlyList<LinePattern> Patterns => [Failed, Azure];

    public override IReadOnlyList<string> YieldsTo => ["ext-load-failed"];

    public override Finding? Judge(CaseFile file)
    {
        var failed = file.Hits(Failed);
        if (failed.Any) return Finding.Likely(failed).With("extension", failed.Value("extension")).With("code", failed.Value("code"));
        return file.Hits(Azure) is { Any: true } azure ? Finding.Likely(azure) : null;
    }

    [GeneratedRegex(
        @"name=(?<extension>(?!Microsoft\.Azure\.RecoveryServices\.VMSnapshot|Stillpoint\.VMSnapshot|" +
        @"WALinuxAgent)[\w.]+), op=(Install|Enable|Update), message=\[Extension\w*Error\] Non-zero exit code: (?<code>\d+)",
        RegexOptions.CultureInvariant | RegexOptions.IgnoreCase)]
    private static partial Regex FailedLine();
}
