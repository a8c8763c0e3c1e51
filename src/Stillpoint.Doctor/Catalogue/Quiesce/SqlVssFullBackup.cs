using System.Text.RegularExpressions;

namespace Stillpoint.Doctor.Causes;

/// <summary>
/// On Windows with SQL Server: the snapshot is taken as a full backup of the databases, which delays it and breaks their own chain of log
/// backups.
/// </summary>
internal sealed partial class SqlVssFullBackup() : Cause("sql-vss-full-backup", Link.Quiesce)
{
    private static readonly LinePattern Full = new("VIRTUAL_DEVICE", FullLine(), LogKind.Windows | LogKind.Command);

    public override CauseCard Card { get; } = new(
        Worth.Whole,
        [
            new("set-copy-backup", Applies.Windows), new("qga-vss-option", Applies.Windows), new("one-backup-per-database",
                Applies.Windows),
        ], Seed: "T1", NeverVerifiedOnWindows: true);

    public override IReadOnlyList<LinePattern> Patterns => [Full];

    private const string CopySwitch = @"guest.registry:HKLM\SOFTWARE\MICROSOFT\BCDRAGENT\USEVSSCOPYBACKUP";
    private const string AgentOption = @"guest.registry:HKLM\SYSTEM\CurrentControlSet\Services\QEMU Guest Agent VSS Provider\VssOption";

    public override Finding? Judge(CaseFile file)
    {
        var full = file.Hits(Full);
        if (full.Any && file.FactIs(CopySwitch, "TRUE", "1") is null) return Finding.Likely(full, file.Fact(CopySwitch));
        if (file.Fact("guest.vss-writer:SqlServerWriter") is not { } writer) return null;
        // 1 asks VSS for a full backup, 5 for a copy; an update of the agent sets it back to 1.
        if (file.FactIs(AgentOption, "1") is { } option) return Finding.Certain(writer, option).AsLasting();
        return file.Fact(CopySwitch) is { } copy && copy.Value is not ("TRUE" or "true" or "1")
            ? Finding.Certain(writer, copy).AsLasting()
            : null;
    }

    [GeneratedRegex(
        @"Database backed up\. Database: (?<database>[^,]+),.*TYPE=VIRTUAL_DEVICE",
        RegexOptions.CultureInvariant | RegexOptions.IgnoreCase)]
    private static partial Regex FullLine();
}
