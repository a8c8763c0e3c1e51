using System.Text.RegularExpressions;

namespace Stillpoint.Doctor.Causes;

/// <summary>The storage under the VM's own disks is full, so the VM was paused.</summary>
internal sealed partial class StoreSourceFull() : Cause("store-source-full", Link.Transfer)
{
    private static readonly LinePattern Flush = new("Failed to flush the L2 table cache", null, LogKind.Host);
    private static readonly LinePattern Pool =
        new(["out-of-data-space", "data_percent 100"], PoolLine(), LogKind.Host | LogKind.System | LogKind.Command);
    private static readonly LinePattern Grown = new("changed from", GrownLine(), LogKind.Host | LogKind.System);

    public override CauseCard Card { get; } = new(
        Worth.None,
        [new("extend-pool", Applies.Host), new("resume-vm", Applies.Host)]);

    public override IReadOnlyList<LinePattern> Patterns => [Flush, Pool, Grown];

    public override IReadOnlyList<string> YieldsTo => ["store-scratch-full"];

    public override IReadOnlyList<string> Explains => ["vmstate-not-allowed"];

    public override Finding? Judge(CaseFile file)
    {
        var disk = file.Facts("host.disk-error").FirstOrDefault(d => d.Fact.Value == "no-space");
        if (disk.Fact is not null && file.FactIs("domain.paused-by-io-error", "true") is { } paused)
            return Finding.Certain(disk.Fact, paused).With("path", disk.Subject);
        var (flush, pool) = (file.Hits(Flush), file.Hits(Pool));
        return pool.CountAfter(file.Hits(Grown)) > 0 ? Finding.Certain(pool, flush) : flush.Any ? Finding.Likely(flush) : null;
    }

    [GeneratedRegex("out-of-data-space|data_percent 100", RegexOptions.CultureInvariant | RegexOptions.IgnoreCase)]
    private static partial Regex PoolLine();

    [GeneratedRegex(@"Size of logical volume \S+ changed from", RegexOptions.CultureInvariant | RegexOptions.IgnoreCase)]
    private static partial Regex GrownLine();
}
