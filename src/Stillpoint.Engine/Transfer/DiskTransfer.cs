using Stillpoint.Model;
using Stillpoint.Vault;

namespace Stillpoint.Engine.Transfer;

/// <param name="Mode">Full also where an incremental had to be read again because its bitmap lied.</param>
/// <param name="Lie">The block whose bitmap called it clean although it had changed.</param>
/// <param name="BaseDamage">What of the base could not be read in the vault.</param>
internal sealed record DiskTransferred(ReadMode Mode, long BytesRead, long BytesChanged, long? Lie, Failure? BaseDamage = null);

/// <summary>One disk into its tree: plan, zeroes, reads, sampled re-read, and the full read where that found a lie or the base is damaged.</summary>
internal sealed class DiskTransfer(IDiskSource source, ITreeWriter tree, int blockSize, TransferMeter meter, TimeProvider clock)
{
    /// <param name="incremental">Whether clean extents may be believed (and are sampled).</param>
    /// <param name="baseSizeBytes">Size of the base tree; blocks cut off by its end are read whatever the bitmap says.</param>
    public async Task<DiskTransferred> RunAsync(bool incremental, long? baseSizeBytes, CapturePolicy policy, int turn, CancellationToken ct)
    {
        var plan = await BlockPlan.MakeAsync(source, blockSize, AlwaysRead(baseSizeBytes), ct);
        meter.Expect(plan.BytesToRead);
        foreach (var run in plan.Zeroes) tree.PutZero(run.First, run.Count);
        var transfer = new BlockTransfer(source, tree, blockSize, meter);
        await transfer.RunAsync(plan.Reads, ct);
        if (!incremental) return new(ReadMode.Full, plan.BytesToRead, transfer.BytesChanged, null, tree.BaseDamage);

        var sample = new SampledReread(source, tree, blockSize, clock);
        var lie = tree.BaseDamage is null ? await sample.FindChangedAsync(plan, policy.SampleShare, policy.SampleLimit, turn, ct) : null;
        if (lie is null && tree.BaseDamage is null) return new(ReadMode.Incremental, plan.BytesToRead, transfer.BytesChanged, null);

        var rest = plan.BytesOf(plan.CleanData);
        meter.Expect(rest);
        foreach (var run in plan.CleanZeroes) tree.PutZero(run.First, run.Count);
        await transfer.RunAsync(plan.CleanData, ct);
        // Against a base that cannot be read every bitmap seems to lie.
        return new(ReadMode.Full, plan.BytesToRead + rest, transfer.BytesChanged, tree.BaseDamage is null ? lie : null, tree.BaseDamage);
    }

    private IEnumerable<long> AlwaysRead(long? baseSizeBytes)
    {
        // A block that the base's end cuts short has another length now, so another id.
        if (baseSizeBytes is { } old && old != source.SizeBytes)
        {
            var (shorter, rest) = Math.DivRem(Math.Min(old, source.SizeBytes), blockSize);
            if (rest != 0) yield return shorter;
        }
        foreach (var block in tree.BlocksToHeal) yield return block;
    }
}
