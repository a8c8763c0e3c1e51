using System.Text.RegularExpressions;

namespace Stillpoint.Doctor.Causes;

/// <summary>The target answers and knows nothing of the store that is asked for.</summary>
internal sealed partial class StoreTargetMisconfigured() : StatedCause("store-target-misconfigured", Link.Vault)
{
    private static readonly LinePattern Unknown = new(
        ["namespace not found", "Cannot find datastore", "no such datastore"],
        UnknownLine(), LogKind.Host);

    public override CauseCard Card { get; } = new(
        Worth.None,
        [new("correct-target-settings")]);

    protected override IReadOnlyList<LinePattern> Says => [Unknown];

    public override Finding? Judge(CaseFile file) => file.FactIs("vault.state", "misconfigured") is { } state
        ? Finding.Certain(state)
        : base.Judge(file);

    [GeneratedRegex(
        "namespace not found|Cannot find datastore '(?<path>[^']+)'|no such datastore",
        RegexOptions.CultureInvariant | RegexOptions.IgnoreCase)]
    private static partial Regex UnknownLine();
}
