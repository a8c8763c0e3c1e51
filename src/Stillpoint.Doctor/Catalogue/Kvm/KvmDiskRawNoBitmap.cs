using System.Text.RegularExpressions;

namespace Stillpoint.Doctor.Causes;

/// <summary>A raw disk cannot carry a bitmap, and makes a checkpoint over all disks fail.</summary>
internal sealed partial class KvmDiskRawNoBitmap() : Cause("kvm-disk-raw-no-bitmap", Link.Snapshot)
{
    private static readonly LinePattern Said = new("unsupported for storage type raw", SaidLine(), LogKind.Host);

    public override CauseCard Card { get; } = new(
        Worth.Whole,
        [new("convert-to-qcow2", Applies.Host), new("exclude-disk")]);

    public override IReadOnlyList<LinePattern> Patterns => [Said];

    public override Finding? Judge(CaseFile file)
    {
        var said = file.Hits(Said);
        if (said.Any) return Finding.Certain(said).With("device", said.Value("device")).AsLasting();
        // A raw disk by itself is read in full and does no harm.
        var raw = file.Facts("host.disk.format").FirstOrDefault(d => d.Fact.Value == "raw");
        return raw.Fact is not null && Signs.Failed(file, "checkpoint-inconsistent") is { } failed
            ? Finding.Certain(raw.Fact, failed).With("device", raw.Subject).AsLasting()
            : null;
    }

    [GeneratedRegex(
        @"checkpoint for disk (?<device>\S+) unsupported for storage type raw",
        RegexOptions.CultureInvariant | RegexOptions.IgnoreCase)]
    private static partial Regex SaidLine();
}
