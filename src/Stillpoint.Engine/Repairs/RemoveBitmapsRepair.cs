using Stillpoint.Engine.Reconcile;

namespace Stillpoint.Engine.Repairs;

/// <summary>Takes our checkpoints and bitmaps off the VM, broken ones with the rest. The next backup reads in full; no point loses anything.</summary>
internal sealed class RemoveBitmapsRepair() : RepairAction("remove-bitmaps", safe: true)
{
    public override async Task DoAsync(RepairContext on, CancellationToken ct) => await new VmRelease(on.Paths).RunAsync(on.Domain, ct);
}
