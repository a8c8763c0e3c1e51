using Stillpoint.Engine.Capture;

namespace Stillpoint.Engine.Repairs;

/// <summary>Thaws a guest that was left frozen, or whose agent believes so.</summary>
internal sealed class ThawRepair() : RepairAction("thaw", safe: true)
{
    private static readonly TimeSpan Bound = TimeSpan.FromSeconds(30);

    public override Task DoAsync(RepairContext on, CancellationToken ct) => GuestThaw.UntilConfirmedAsync(on.Domain, Bound, on.Clock, ct);
}
