using System.Text.RegularExpressions;

namespace Stillpoint.Doctor.Causes;

/// <summary>On Windows: a volume is locked by BitLocker.</summary>
internal sealed partial class VssBitlockerLocked() : Cause("vss-bitlocker-locked", Link.Quiesce)
{
    private static readonly LinePattern Volume = new("Volume ", VolumeLine(), LogKind.Command | LogKind.Windows);
    private static readonly LinePattern Locked = new("Lock Status:", LockedLine(), LogKind.Command | LogKind.Windows);
    private static readonly LinePattern Azure = new("ExtensionSnapshotBitlockerError", null, LogKind.Any);

    public override CauseCard Card { get; } = new(
        Worth.Crash,
        [new("unlock-volume", Applies.Windows)], NeverVerifiedOnWindows: true);

    public override IReadOnlyList<LinePattern> Patterns => [Volume, Locked, Azure];

    public override Finding? Judge(CaseFile file)
    {
        foreach (var (head, line) in Signs.Below(file.Hits(Volume), file.Hits(Locked), within: 12))
            return Finding.Certain(head, line).With("mount", file.Hits(Volume).ValueOf(head, "mount"));
        return file.Hits(Azure) is { Any: true } azure ? Finding.Likely(azure) : null;
    }

    [GeneratedRegex("^Volume (?<mount>[A-Z]:)", RegexOptions.CultureInvariant | RegexOptions.IgnoreCase)]
    private static partial Regex VolumeLine();

    [GeneratedRegex("Lock Status: +Locked", RegexOptions.CultureInvariant | RegexOptions.IgnoreCase)]
    private static partial Regex LockedLine();
}
