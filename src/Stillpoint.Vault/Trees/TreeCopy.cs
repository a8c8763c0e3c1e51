using System.Threading.Channels;
using Stillpoint.Model;
using Stillpoint.Vault.Packs;
using Stillpoint.Vault.Points;

namespace Stillpoint.Vault.Trees;

/// <summary>
/// Copies a whole tree in the order of its packs: the ids of a stretch of the disk are looked up, sorted by place, and read in runs of neighbouring
/// entries by two workers for each core: one computes while the other's write is under way. Memory is bounded by the stretch (some 80 bytes a block) and the workers' buffers.
/// </summary>
internal sealed class TreeCopy(VaultParts parts, TreePages pages, IDiskTarget target, Action<long>? progress)
{
    private const int StretchBlocks = 128 * 1024;
    private readonly int _blockSize = parts.Header.BlockSize;
    private long _dataFrom, _dataEnd; // blocks: data found, and not yet announced to the target

    public async Task RunAsync(CancellationToken ct)
    {
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(ct);
        var runs = Channel.CreateBounded<PackRun>(64);
        var workers = Enumerable.Range(0, Math.Clamp(2 * Environment.ProcessorCount, 2, 16))
            .Select(_ => Task.Run(() => WorkAsync(runs.Reader, stop), CancellationToken.None)).ToArray();
        try
        {
            await PlanAsync(runs.Writer, stop.Token).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (!ct.IsCancellationRequested)
        {
            // A worker failed: its exception is thrown below.
        }
        finally
        {
            runs.Writer.Complete();
            await Task.WhenAll(workers).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
        ct.ThrowIfCancellationRequested();
        foreach (var failed in workers.Where(w => w.IsFaulted)) await failed.ConfigureAwait(false);
        foreach (var other in workers) await other.ConfigureAwait(false);
    }

    private async Task PlanAsync(ChannelWriter<PackRun> runs, CancellationToken ct)
    {
        var stretch = new List<(BlockId Id, long Block)>();
        await foreach (var (first, count, page) in pages.LeavesAsync(ct).ConfigureAwait(false))
        {
            for (long i = 0, n; i < count; i += n)
            {
                n = 1;
                if (page is not null && TreePages.Slot(page, (int)i) is var id && !id.IsZero)
                {
                    stretch.Add((id, first + i));
                    if (first + i != _dataEnd) await ExpectAsync(ct).ConfigureAwait(false);
                    if (_dataFrom == _dataEnd) _dataFrom = first + i;
                    _dataEnd = first + i + 1;
                    continue;
                }
                n = page is null ? count : ZeroRun(page, (int)i, (int)count);
                await ZeroAsync(first + i, n, ct).ConfigureAwait(false);
            }
            if (stretch.Count < StretchBlocks) continue;
            await EnqueueAsync(stretch, runs, ct).ConfigureAwait(false);
            stretch.Clear();
        }
        await EnqueueAsync(stretch, runs, ct).ConfigureAwait(false);
    }

    private async ValueTask ExpectAsync(CancellationToken ct)
    {
        var offset = _dataFrom * _blockSize;
        if (_dataEnd > _dataFrom) await target.ExpectAsync(offset, Math.Min(_dataEnd * _blockSize, pages.Shape.SizeBytes) - offset, ct).ConfigureAwait(false);
        _dataFrom = _dataEnd;
    }

    private static int ZeroRun(byte[] page, int from, int count)
    {
        var end = from;
        while (end < count && TreePages.Slot(page, end).IsZero) end++;
        return end - from;
    }

    private async ValueTask ZeroAsync(long first, long count, CancellationToken ct)
    {
        var offset = first * _blockSize;
        var length = Math.Min(count * _blockSize, pages.Shape.SizeBytes - offset);
        await target.ZeroAsync(offset, length, ct).ConfigureAwait(false);
        progress?.Invoke(length);
    }

    private async Task EnqueueAsync(List<(BlockId Id, long Block)> stretch, ChannelWriter<PackRun> runs, CancellationToken ct)
    {
        await ExpectAsync(ct).ConfigureAwait(false);
        // Sorted by id: lookups walk the index in its own order, and blocks that occur many times are found together.
        stretch.Sort(static (a, b) => a.Id.CompareTo(b.Id) is var c && c != 0 ? c : a.Block.CompareTo(b.Block));
        var wanted = new List<WantedBlock>(stretch.Count);
        Place? place = null;
        for (var i = 0; i < stretch.Count; i++)
        {
            if (i == 0 || stretch[i].Id != stretch[i - 1].Id)
                place = (await parts.Index.FindAllAsync(stretch[i].Id, ct).ConfigureAwait(false)) is [var best, ..] ? best : null;
            wanted.Add(new(place, stretch[i].Id, stretch[i].Block));
        }
        foreach (var run in PackRun.Split(wanted)) await runs.WriteAsync(run, ct).ConfigureAwait(false);
    }

    private async Task WorkAsync(ChannelReader<PackRun> runs, CancellationTokenSource stop)
    {
        var done = false;
        using var worker = new CopyWorker(parts, target, pages.Shape, progress);
        try
        {
            await foreach (var run in runs.ReadAllAsync(stop.Token).ConfigureAwait(false)) await worker.CopyAsync(run, stop.Token).ConfigureAwait(false);
            done = true;
        }
        finally
        {
            if (!done) await stop.CancelAsync().ConfigureAwait(false);
        }
    }
}
