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

    /// <summary>Of Azure's extension.</summary>
    private const string CopySwitch = @"\BCDRAGENT\USEVSSCOPYBACKUP";

    /// <summary>Of the QEMU guest agent: 1 asks VSS for a full backup, 5 for a copy; an update of the agent sets it back to 1.</summary>
    private const string AgentOption = @"\QEMU Guest Agent VSS Provider\VssOption";

    public override Finding? Judge(CaseFile file)
    {
        var (full, copy, option) = (file.Hits(Full), Registry(file, CopySwitch), Registry(file, AgentOption));
        var copies = copy?.Value is "TRUE" or "true" or "True" or "1" or "0x1";
        if (full.Any && !copies) return Finding.Likely(full, copy);
        if (file.Fact("guest.vss-writer:SqlServerWriter") is not { } writer) return null;
        if (option?.Value is "1" or "0x1") return Finding.Certain(writer, option).AsLasting();
        if (copy is not null) return copies ? null : Finding.Certain(writer, copy).AsLasting();
        // SQL Server is there and the snapshot was late; nobody looked whether the switch is set.
        return option is null && Signs.RanOutOfTime(file) is { } late ? Finding.Possible(writer, late) : null;
    }

    /// <summary>The registry's names have no case, and its roots two spellings.</summary>
    private static Stillpoint.Model.Fact? Registry(CaseFile file, string end) =>
        file.Facts("guest.registry").FirstOrDefault(r => r.Subject.EndsWith(end, StringComparison.OrdinalIgnoreCase)).Fact;

    public override IReadOnlyList<LinePattern> Patterns => [Full, Signs.Complaint];

    [GeneratedRegex(
        @"Database backed up\. Database: (?<database>[^,]+),.*TYPE=VIRTUAL_DEVICE",
        RegexOptions.CultureInvariant | RegexOptions.IgnoreCase)]
    private static partial Regex FullLine();
}
