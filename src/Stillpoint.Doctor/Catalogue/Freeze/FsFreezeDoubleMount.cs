using System.Text.RegularExpressions;

namespace Stillpoint.Doctor.Causes;

/// <summary>One file system is mounted in two places; the second freeze finds it frozen.</summary>
internal sealed partial class FsFreezeDoubleMount() : Cause("fs-freeze-double-mount", Link.Freeze)
{
    private static readonly LinePattern Busy = new("Device or resource busy", BusyLine(), LogKind.Extension | LogKind.Host);
    private static readonly LinePattern Thaw = new("Failed to FITHAW", null, LogKind.Extension);
    private static readonly LinePattern Foreign = new(["already freezed by some other", "aquire lock"], null, LogKind.Extension);

    public override CauseCard Card { get; } = new(
        Worth.Crash,
        [new("remove-second-mount", Applies.Linux), new("update-guest-agent", Applies.Qga)]);

    public override IReadOnlyList<LinePattern> Patterns => [Busy, Thaw, Foreign];

    public override Finding? Judge(CaseFile file)
    {
        var busy = file.Hits(Busy);
        // Busy can also mean that somebody else froze it.
        if (!busy.Any || file.Hits(Foreign).Any || file.FactIs("guest.fsfreeze", "frozen") is not null) return null;
        var twice = file.Facts("guest.mount-source").Where(m => m.Fact.Value.StartsWith("/dev/", StringComparison.Ordinal))
            .GroupBy(m => m.Fact.Value, StringComparer.Ordinal).FirstOrDefault(g => g.Count() > 1)?.ToArray();
        var finding = twice is null
            ? Finding.Possible(busy, file.Hits(Thaw))
            : Finding.Certain(busy, twice[0].Fact, twice[1].Fact, file.Hits(Thaw));
        return finding.With("mount", busy.Value("mount")).With("device", twice?[0].Fact.Value);
    }

    [GeneratedRegex(
        @"(FIFREEZE: |failed to freeze )(?<mount>/\S*?):? (with error message )?Device or resource busy",
        RegexOptions.CultureInvariant | RegexOptions.IgnoreCase)]
    private static partial Regex BusyLine();
}
