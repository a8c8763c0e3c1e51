using System.Text.RegularExpressions;

namespace Stillpoint.Doctor.Causes;

/// <summary>The agent's own unit is held to so little processor time that its tasks run late.</summary>
internal sealed partial class AgentCpuThrottled() : Cause("agent-cpu-throttled", Link.Agent)
{
    private static readonly LinePattern Throttled = new("has been throttled for", ThrottledLine(), LogKind.Agent);

    public override CauseCard Card { get; } = new(
        Worth.None,
        [new("lift-cpu-quota", Applies.Linux), new("move-intruder", Applies.Linux)]);

    public override IReadOnlyList<LinePattern> Patterns => [Throttled];

    /// <summary>In seconds; less is the quota doing its work.</summary>
    private const double Noticeable = 30;

    /// <summary>Per cent of one processor. Azure gives its agent 75 and up.</summary>
    private const double LeastQuota = 5;

    public override Finding? Judge(CaseFile file)
    {
        foreach (var (unit, quota) in file.Facts("guest.service-cpu-quota"))
        {
            if (CaseFile.Number(quota) is > 0 and <= LeastQuota) return Finding.Certain(quota).With("unit", unit).AsLasting();
        }
        var throttled = file.Hits(Throttled);
        var worst = throttled.Events.MaxBy(Seconds);
        return worst is not null && Seconds(worst) >= Noticeable ? Finding.Certain(worst).With("seconds", Seconds(worst)) : null;

        double Seconds(LogEvent e) =>
            double.TryParse(throttled.ValueOf(e, "seconds"), System.Globalization.CultureInfo.InvariantCulture, out var seconds)
                ? seconds
                : 0;
    }

    [GeneratedRegex(@"throttled for (?<seconds>[\d.]+) seconds", RegexOptions.CultureInvariant | RegexOptions.IgnoreCase)]
    private static partial Regex ThrottledLine();
}
