using System.Text.RegularExpressions;

namespace Stillpoint.Doctor.Causes;

/// <summary>The platform paused the VM for a moment to maintain its host.</summary>
internal sealed partial class VmstateHostMaintenance() : StatedCause("vmstate-host-maintenance", Link.VmState)
{
    private static readonly LinePattern Event = new(["EventType", "HostMaintenance"], EventLine(), LogKind.Any);
    private static readonly LinePattern Seconds = new("DurationInSeconds", SecondsLine(), LogKind.Any);

    public override CauseCard Card { get; } = new(
        Worth.None,
        [new("wait-and-retry")]);

    protected override IReadOnlyList<LinePattern> Says => [Event];

    [GeneratedRegex(
        "(ScheduledEvents|platform event|EventSource).*(Freeze|Reboot|Redeploy|HostMaintenance)",
        RegexOptions.CultureInvariant | RegexOptions.IgnoreCase)]
    private static partial Regex EventLine();

    [GeneratedRegex(@"DurationInSeconds""?:? ?(?<seconds>\d+)", RegexOptions.CultureInvariant | RegexOptions.IgnoreCase)]
    private static partial Regex SecondsLine();
}
