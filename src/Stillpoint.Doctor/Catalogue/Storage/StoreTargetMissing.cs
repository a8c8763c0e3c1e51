using System.Text.RegularExpressions;

namespace Stillpoint.Doctor.Causes;

/// <summary>The target is not there: not mounted, so that only its empty folder is left.</summary>
internal sealed partial class StoreTargetMissing() : StatedCause("store-target-missing", Link.Vault)
{
    private static readonly LinePattern Missing = new("unable to open chunk store", MissingLine(), LogKind.Host);

    public override CauseCard Card { get; } = new(
        Worth.None,
        [new("mount-target", Applies.Host), new("mount-at-boot", Applies.Host)]);

    protected override IReadOnlyList<LinePattern> Says => [Missing];

    protected override IReadOnlyList<string> Failures => ["vault-not-found"];

    public override Finding? Judge(CaseFile file) => file.FactIs("vault.state", "missing") is { } state
        ? Finding.Certain(state)
        : base.Judge(file);

    [GeneratedRegex(
        @"unable to open chunk store .* at ""?(?<path>[^""]+)""? - (No such file|ENOENT)",
        RegexOptions.CultureInvariant | RegexOptions.IgnoreCase)]
    private static partial Regex MissingLine();
}
