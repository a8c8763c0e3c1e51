using System.Text.RegularExpressions;

namespace Stillpoint.Doctor.Causes;

/// <summary>The VM's image is damaged.</summary>
internal sealed partial class KvmImageCorrupt() : StatedCause("kvm-image-corrupt", Link.Transfer)
{
    private static readonly LinePattern Said = new(
        ["Bitmap extra data is not supported", "Marking image as corrupt", "image is corrupt"],
        SaidLine(), LogKind.Host);

    public override CauseCard Card { get; } = new(
        Worth.Suspect,
        [new("keep-old-points"), new("check-image-copy", Applies.Host), new("restore-from-last-good")]);

    protected override IReadOnlyList<LinePattern> Says => [Said];

    public override Finding? Judge(CaseFile file) =>
        file.Facts("host.image-corrupt").FirstOrDefault(d => d.Fact.Value == "true") is { Fact: { } corrupt } disk
            ? Finding.Certain(corrupt).With("path", disk.Subject).AsLasting() : base.Judge(file);

    [GeneratedRegex(
        "(Could not open '(?<path>[^']+)'.*)?Bitmap extra data is not supported|Marking image as corrupt|" +
        "qcow2: Image is corrupt",
        RegexOptions.CultureInvariant | RegexOptions.IgnoreCase)]
    private static partial Regex SaidLine();
}
