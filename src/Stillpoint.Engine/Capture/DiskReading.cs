using Stillpoint.Engine.Reconcile;
using Stillpoint.Engine.Transfer;
using Stillpoint.Model;
using Stillpoint.Vault;

namespace Stillpoint.Engine.Capture;

/// <summary>Reads a plan's disks into a writer, one after another: one disk already keeps all cores busy.</summary>
internal sealed class DiskReading(
    BackupOrder order, CapturePlan plan, IVaultWriter writer, CaptureReport report, IJobEvents events, ICaptureHooks hooks, TimeProvider clock)
{
    private readonly TransferMeter _meter = new(order.Job, SubTask.TransferDataToVault, events, clock, () => writer.Statistics.BytesStored);

    public async Task<IReadOnlyList<(DiskPlan Plan, DiskTransferred Done, long SizeBytes)>> RunAsync(
        Func<DiskPlan, Task<IDiskSource>> open, CancellationToken ct)
    {
        var done = new List<(DiskPlan, DiskTransferred, long)>();
        foreach (var disk in plan.Disks)
        {
            await using var source = await open(disk);
            var tree = writer.BeginTree(disk.Name, source.SizeBytes, disk.BaseTree);
            var transfer = new DiskTransfer(source, tree, writer.BlockSize, _meter, clock);
            var result = await transfer.RunAsync(disk.Incremental, disk.BaseTree?.SizeBytes, order.Policy, plan.Turn, ct);
            if (result.Lie is { } block)
                report.Warn(Failure.Of(FailureCode.BitmapMismatch, Stage.Read, ("disk", disk.Name), ("checkpoint", disk.BaseCheckpoint!))
                    .With(new(disk.Name, $"block {block} of {writer.BlockSize} bytes has changed and its bitmap says clean")));
            if (result.BaseDamage is { } damage)
                report.Warn(Failure.Of(FailureCode.VaultBaseDamaged, Stage.Read, ("disk", disk.Name)) with { Evidence = damage.Evidence });
            done.Add((disk, result, source.SizeBytes));
            await hooks.ReachedAsync(CaptureStep.DiskTransferred, ct);
        }
        _meter.Tell();
        return done;
    }
}
