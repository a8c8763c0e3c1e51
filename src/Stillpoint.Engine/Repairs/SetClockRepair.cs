using System.Globalization;

namespace Stillpoint.Engine.Repairs;

/// <summary>Sets the guest's clock, and its hardware clock, to the host's time.</summary>
internal sealed class SetClockRepair() : RepairAction("set-clock", safe: false)
{
    private static readonly TimeSpan Bound = TimeSpan.FromSeconds(20);

    public override Task DoAsync(RepairContext on, CancellationToken ct)
    {
        var nanoseconds = (on.Clock.GetUtcNow() - DateTimeOffset.UnixEpoch).Ticks * 100;
        var command = $$$"""{"execute":"guest-set-time","arguments":{"time":{{{nanoseconds.ToString(CultureInfo.InvariantCulture)}}}}}""";
        return on.Domain.AgentCommandAsync(command, Bound, ct);
    }
}
