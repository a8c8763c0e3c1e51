using System.Text.RegularExpressions;

namespace Stillpoint.Doctor.Causes;

/// <summary>The target does not answer, or refuses the connection.</summary>
internal sealed partial class StoreTargetUnreachable() : Cause("store-target-unreachable", Link.Vault)
{
    private static readonly LinePattern Refused = new(["connect error", "connection error", "(errno 1"], RefusedLine(), LogKind.Host);

    public override CauseCard Card { get; } = new(
        Worth.None,
        [new("check-target-service"), new("check-target-network")]);

    public override IReadOnlyList<LinePattern> Patterns => [Refused];

    public override IReadOnlyList<string> YieldsTo =>
        ["store-target-permission", "store-target-misconfigured", "store-target-hung", "sched-self-backup"];

    public override Finding? Judge(CaseFile file)
    {
        var state = file.FactIs("vault.state", "unreachable");
        var refused = file.Hits(Refused);
        if (state is not null || refused.Any) return Finding.Certain(state, refused).With("address", file.Value("vault.address"));
        return Signs.Failed(file, "vault-io-failed") is { } failed ? Finding.Possible(failed) : null;
    }

    [GeneratedRegex(
        @"connect(ion)? error: .*(Connection refused|No route to host|timed out|unreachable)|\(errno (107|110|111|112|113|" +
        @"116)\)",
        RegexOptions.CultureInvariant | RegexOptions.IgnoreCase)]
    private static partial Regex RefusedLine();
}
