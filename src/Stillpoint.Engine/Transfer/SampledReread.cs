using System.Collections.Concurrent;
using Stillpoint.Model;
using Stillpoint.Vault;

namespace Stillpoint.Engine.Transfer;

/// <summary>
/// Bitmaps are not believed blindly: reads a rotating sample of the blocks they call clean and compares them with the base tree.
/// </summary>
internal sealed class SampledReread(IDiskSource source, ITreeWriter tree, int blockSize, TimeProvider clock)
{
    private const int InFlight = 16;

    /// <param name="turn">Counts the series' points, so that another share is read each time and all of it in 1/share turns.</param>
    /// <returns>The first block found changed although its bitmap says clean; null: none.</returns>
    public async Task<long?> FindChangedAsync(BlockPlan plan, double share, TimeSpan limit, int turn, CancellationToken ct)
    {
        if (share <= 0) return null;
        var stride = Math.Max(1, (int)Math.Round(1 / share));
        var started = clock.GetTimestamp();
        var found = long.MaxValue;
        var buffers = new ConcurrentBag<byte[]>();
        await Parallel.ForEachAsync(
            Sample(plan.CleanData, stride, turn).TakeWhile(_ => clock.GetElapsedTime(started) < limit),
            new ParallelOptions { MaxDegreeOfParallelism = InFlight, CancellationToken = ct },
            async (block, token) =>
            {
                if (!buffers.TryTake(out var buffer)) buffer = DiskBuffers.Allocate(blockSize);
                var data = buffer.AsMemory(0, LengthOf(block));
                await source.ReadAsync(block * blockSize, data, token);
                if (!tree.BaseEquals(block, data.Span)) Lower(ref found, block);
                buffers.Add(buffer);
            });
        // Clean and zero need no reading, only comparing.
        var zeroes = new byte[blockSize];
        foreach (var block in Sample(plan.CleanZeroes, stride, turn).TakeWhile(_ => clock.GetElapsedTime(started) < limit))
        {
            if (!tree.BaseEquals(block, zeroes.AsSpan(0, LengthOf(block)))) Lower(ref found, block);
        }
        return found == long.MaxValue ? null : found;
    }

    private int LengthOf(long block) => (int)Math.Min(blockSize, source.SizeBytes - (block * blockSize));

    private static IEnumerable<long> Sample(IReadOnlyList<BlockRun> runs, int stride, int turn)
    {
        var phase = turn % stride;
        foreach (var run in runs)
        {
            var first = run.First + (((phase - run.First) % stride) + stride) % stride;
            for (var block = first; block < run.First + run.Count; block += stride) yield return block;
        }
    }

    private static void Lower(ref long found, long block)
    {
        for (var seen = Interlocked.Read(ref found); block < seen;)
        {
            var now = Interlocked.CompareExchange(ref found, block, seen);
            if (now == seen) return;
            seen = now;
        }
    }
}
