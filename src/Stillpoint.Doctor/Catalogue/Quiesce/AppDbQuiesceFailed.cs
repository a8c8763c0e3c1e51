using System.Text.RegularExpressions;

namespace Stillpoint.Doctor.Causes;

/// <summary>The database in the guest could not be brought to rest.</summary>
internal sealed partial class AppDbQuiesceFailed() : StatedCause("app-db-quiesce-failed", Link.Quiesce)
{
    private static readonly LinePattern Said = new("WorkloadPatch:", SaidLine(), LogKind.Extension);

    public override CauseCard Card { get; } = new(
        Worth.Fs,
        [
            new("check-database-login", Applies.Linux), new("enable-archivelog", Applies.Oracle), new("check-database-state",
                Applies.Linux),
        ]);

    protected override IReadOnlyList<LinePattern> Says => [Said];

    protected override IReadOnlyList<int> Numbers => [500, 501, 502, 503, 504, 505, 506, 507, 508, 509, 510, 511, 512];

    [GeneratedRegex(
        "WorkloadPatch: (sql connection failed|pre failed to quiesce|Not app consistent|No archive log)",
        RegexOptions.CultureInvariant | RegexOptions.IgnoreCase)]
    private static partial Regex SaidLine();
}
