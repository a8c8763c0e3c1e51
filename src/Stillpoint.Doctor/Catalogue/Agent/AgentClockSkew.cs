using System.Text.RegularExpressions;

namespace Stillpoint.Doctor.Causes;

/// <summary>The guest's clock is wrong: certificates look invalid, and tasks look too old or too young.</summary>
internal sealed partial class AgentClockSkew() : Cause("agent-clock-skew", Link.Agent)
{
    private static readonly LinePattern Compared = new("command start time is", null, LogKind.Extension);
    private static readonly LinePattern Invalid = new("not yet valid", InvalidLine(), LogKind.Agent | LogKind.Extension | LogKind.Shell);

    public override CauseCard Card { get; } = new(
        Worth.None,
        [new("step-clock", Applies.Chrony), new("enable-time-sync", Applies.Linux), new("sync-clock-windows", Applies.Windows)], Repair: "set-clock");

    public override IReadOnlyList<LinePattern> Patterns => [Compared, Invalid];

    public override IReadOnlyList<string> Explains => ["net-tls-trust", "ext-invoked-too-late"];

    /// <summary>Five minutes, in ms: what signed URLs and certificates bear.</summary>
    private const double Bearable = 300_000;

    public override Finding? Judge(CaseFile file)
    {
        var (compared, invalid) = (file.Hits(Compared), file.Hits(Invalid));
        if (file.Fact("guest.clock-offset-ms") is { } offset)
        {
            var off = Math.Abs(CaseFile.Number(offset));
            return off > Bearable ? Finding.Certain(offset, compared, invalid).With("seconds", Math.Round(off / 1000)) : null;
        }
        if (file.Extension.Standing(13) is { } reported) return Finding.Certain(reported.Event, compared);
        // "Not yet valid" can be the server's certificate as well as the guest's clock.
        return invalid.Any ? Finding.Possible(invalid) : null;
    }

    [GeneratedRegex("certificate is not yet valid", RegexOptions.CultureInvariant | RegexOptions.IgnoreCase)]
    private static partial Regex InvalidLine();
}
