using System.Text.RegularExpressions;

namespace Stillpoint.Doctor.Causes;

/// <summary>Another backup or replication product works on the same VM at the same time.</summary>
internal sealed partial class OtherProductConflict() : Cause("other-product-conflict", Link.Schedule)
{
    private static readonly LinePattern Flag = new("isanysnapshotfailed", FlagLine(), LogKind.Config);
    private static readonly LinePattern Working =
        new(["veeam", "DPMRA", "InMage"], WorkingLine(), LogKind.System | LogKind.Windows | LogKind.Host);

    public override CauseCard Card { get; } = new(
        Worth.Suspect,
        [new("separate-windows"), new("one-product-per-vm")]);

    public override IReadOnlyList<LinePattern> Patterns => [Flag, Working];

    public override Finding? Judge(CaseFile file)
    {
        var (flag, working) = (file.Hits(Flag), file.Hits(Working));
        var busy = Signs.Failed(file, "vm-busy-with-other-job", "vm-backup-running");
        var foreign = file.Facts("host.checkpoint").FirstOrDefault(c => c.Fact.Value == "foreign");
        if (busy is not null && foreign.Fact is not null)
            return Finding.Certain(foreign.Fact, busy, file.Fact("domain.job")).With("product", foreign.Subject.Split('.', '-')[0]);
        return flag.Any && working.Any ? Finding.Certain(flag, working).With("product", working.Value("product")) : null;
    }

    [GeneratedRegex(@"isanysnapshotfailed\s*=\s*True", RegexOptions.CultureInvariant | RegexOptions.IgnoreCase)]
    private static partial Regex FlagLine();

    [GeneratedRegex(
        @"(?<product>veeam\w*|DPMRA|InMage\w*).*(creating snapshot|backup job .*started|replication (started|in progress))",
        RegexOptions.CultureInvariant | RegexOptions.IgnoreCase)]
    private static partial Regex WorkingLine();
}
