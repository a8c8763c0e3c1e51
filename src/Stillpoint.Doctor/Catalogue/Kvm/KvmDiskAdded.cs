using System.Text.RegularExpressions;

namespace Stillpoint.Doctor.Causes;

/// <summary>A disk was added since the base of the incremental backup was made.</summary>
internal sealed partial class KvmDiskAdded() : Cause("kvm-disk-added", Link.Snapshot)
{
    private static readonly LinePattern Said = new(["for disk", "for incremental backup of disk"], SaidLine(), LogKind.Host);

    public override CauseCard Card { get; } = new(
        Worth.Partial,
        [new("full-backup")], SeenOnly: SeenOnly.FactFile);

    public override IReadOnlyList<LinePattern> Patterns => [Said];

    public override Finding? Judge(CaseFile file)
    {
        var said = file.Hits(Said);
        foreach (var (disk, added) in file.Facts("host.disk-added"))
        {
            if (said.Value("device") == disk || Signs.Failed(file, "checkpoint-inconsistent") is not null)
                return Finding.Certain(added, said).With("device", disk);
        }
        return null;
    }

    [GeneratedRegex(
        "(missing or broken bitmap '[^']+' for disk|for incremental backup of disk) '(?<device>[^']+)'",
        RegexOptions.CultureInvariant | RegexOptions.IgnoreCase)]
    private static partial Regex SaidLine();
}
