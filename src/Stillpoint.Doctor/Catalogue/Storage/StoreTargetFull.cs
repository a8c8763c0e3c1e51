using System.Text.RegularExpressions;

namespace Stillpoint.Doctor.Causes;

/// <summary>The target is full.</summary>
internal sealed partial class StoreTargetFull() : Cause("store-target-full", Link.Vault)
{
    private static readonly LinePattern Full = new(
        ["No space left on device", "error 70", "UserErrorBCMPremiumStorageQuotaError"],
        FullLine(), LogKind.Host);

    public override CauseCard Card { get; } = new(
        Worth.None,
        [new("free-target-space"), new("prune-before-backup")]);

    public override IReadOnlyList<LinePattern> Patterns => [Full];

    public override IReadOnlyList<string> YieldsTo => ["store-scratch-full"];

    public override Finding? Judge(CaseFile file)
    {
        var own = Signs.Failed(file, "vault-full") ?? file.FactIs("vault.state", "full");
        var full = file.Hits(Full);
        return own is not null || full.Any
            ? Finding.Certain(own, full, file.Fact("vault.free-bytes")).With("path", file.Value("failure.argument:path"))
            : null;
    }

    [GeneratedRegex(
        @"^(?!.*(scratch|fleecing|\[Errno 28)).*(zstd: error 70|No space left on device|UserErrorBCMPremiumStorageQuotaError)",
        RegexOptions.CultureInvariant | RegexOptions.IgnoreCase)]
    private static partial Regex FullLine();
}
