using System.Text.RegularExpressions;

namespace Stillpoint.Doctor.Causes;

/// <summary>The target took the connection and then fell silent; what waits for it waits for ever.</summary>
internal sealed partial class StoreTargetHung() : Cause("store-target-hung", Link.Vault)
{
    private static readonly LinePattern Silent = new("not responding", SilentLine(), LogKind.Host | LogKind.System);
    private static readonly LinePattern Again = new("nfs: server", AgainLine(), LogKind.Host | LogKind.System);
    private static readonly LinePattern Stuck = new(["blocked for more than", "qmp socket"], StuckLine(), LogKind.Host | LogKind.System);

    public override CauseCard Card { get; } = new(
        Worth.None,
        [new("cure-nfs-server", Applies.Host), new("keep-mount-hard", Applies.Host)]);

    public override IReadOnlyList<LinePattern> Patterns => [Silent, Again, Stuck];

    public override IReadOnlyList<string> YieldsTo => ["fs-df-hang"];

    public override Finding? Judge(CaseFile file)
    {
        if (file.FactIs("vault.state", "hung") is { } state) return Finding.Certain(state).With("address", file.Value("vault.address"));
        if (Signs.Failed(file, "vault-not-responding") is { } own) return Finding.Certain(own);
        var (silent, stuck) = (file.Hits(Silent), file.Hits(Stuck));
        return silent.CountAfter(file.Hits(Again)) > 0 && stuck.Any ? Finding.Certain(silent, stuck)
            .With("address", silent.Value("address"))
            : Signs.Failed(file, "vault-io-failed") is { } failed ? Finding.Possible(failed) : null;
    }

    [GeneratedRegex(@"nfs: server (?<address>\S+) not responding", RegexOptions.CultureInvariant | RegexOptions.IgnoreCase)]
    private static partial Regex SilentLine();

    [GeneratedRegex(@"nfs: server \S+ OK", RegexOptions.CultureInvariant | RegexOptions.IgnoreCase)]
    private static partial Regex AgainLine();

    [GeneratedRegex(
        @"task (kvm|qemu-system\S*|qemu-nbd|vma|stillpointd?):\d+ blocked for more than|" +
        @"unable to connect to VM \S+ qmp socket",
        RegexOptions.CultureInvariant | RegexOptions.IgnoreCase)]
    private static partial Regex StuckLine();
}
