using System.Text.RegularExpressions;

namespace Stillpoint.Doctor.Causes;

/// <summary>The target does not let the backup write.</summary>
internal sealed partial class StoreTargetPermission() : StatedCause("store-target-permission", Link.Vault)
{
    private static readonly LinePattern Denied = new(
        ["os error 13", "(errno 13)", "http error 401", "http error 403", "401 Unauthorized", "403 Forbidden"],
        DeniedLine(), LogKind.Host);

    public override CauseCard Card { get; } = new(
        Worth.None,
        [new("give-target-permission", Applies.Host), new("check-token-rights")]);

    protected override IReadOnlyList<LinePattern> Says => [Denied];

    protected override IReadOnlyList<string> Failures => ["vault-read-only", "vault-forbidden"];

    public override Finding? Judge(CaseFile file) => file.FactIs("vault.state", "denied") is { } state
        ? Finding.Certain(state)
        : base.Judge(file);

    [GeneratedRegex(
        @"Permission denied \((os error|errno) 13\)|http error 40[13]|40[13] (Unauthorized|Forbidden)",
        RegexOptions.CultureInvariant | RegexOptions.IgnoreCase)]
    private static partial Regex DeniedLine();
}
