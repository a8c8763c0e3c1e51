using System.Collections.Concurrent;
using System.Runtime.ExceptionServices;
using System.Threading.Channels;
using Stillpoint.Model;
using Stillpoint.Vault;

namespace Stillpoint.Engine.Transfer;

/// <summary>
/// Moves runs of blocks from a disk into a tree: many reads in flight, and as many workers as cores that hash, compress and encrypt.
/// Memory is bounded by the buffers made here; a slow vault stops the workers, full buffers stop the reads.
/// </summary>
internal sealed class BlockTransfer(IDiskSource source, ITreeWriter tree, int blockSize, TransferMeter meter)
{
    /// <summary>Bytes of one read: with 64 in flight over four connections this reads as fast as larger ones do, in less memory.</summary>
    private const int PreferredRead = 256 << 10;

    private long _changed;

    /// <summary>Plain bytes of the blocks put so far that differ from the base.</summary>
    public long BytesChanged => Interlocked.Read(ref _changed);

    /// <exception cref="FailureException">The first failure of source or vault; everything under way has ended when it is thrown.</exception>
    public async Task RunAsync(IReadOnlyList<BlockRun> runs, CancellationToken ct)
    {
        var readBytes = Math.Max(PreferredRead / blockSize, 1) * blockSize;
        var buffers = source.ReadsInFlight + (2 * Environment.ProcessorCount);
        var free = Channel.CreateBounded<byte[]>(buffers);
        for (var i = 0; i < buffers; i++) free.Writer.TryWrite(DiskBuffers.Allocate(readBytes));

        using var stop = CancellationTokenSource.CreateLinkedTokenSource(ct);
        using var filled = new BlockingCollection<Filled>();
        ExceptionDispatchInfo? first = null;
        void Fail(Exception e)
        {
            if (Interlocked.CompareExchange(ref first, ExceptionDispatchInfo.Capture(e), null) is null) stop.Cancel();
        }

        var workers = Enumerable.Range(0, Environment.ProcessorCount).Select(_ => Task.Factory.StartNew(
            () => Work(filled, free.Writer, Fail, stop.Token), CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default)).ToArray();
        var reads = new SemaphoreSlim(source.ReadsInFlight);
        try
        {
            foreach (var (offset, length) in Pieces(runs, readBytes))
            {
                var buffer = await free.Reader.ReadAsync(stop.Token);
                await reads.WaitAsync(stop.Token);
                _ = ReadAsync(offset, buffer, length, filled, reads, Fail, stop.Token);
            }
        }
        catch (OperationCanceledException e)
        {
            Fail(e);
        }
        // Every read has ended, well or not, once all its permits are back.
        for (var i = 0; i < source.ReadsInFlight; i++) await reads.WaitAsync(CancellationToken.None);
        filled.CompleteAdding();
        await Task.WhenAll(workers);
        first?.Throw();
    }

    private IEnumerable<(long Offset, int Length)> Pieces(IReadOnlyList<BlockRun> runs, int readBytes)
    {
        foreach (var run in runs)
        {
            var end = Math.Min(source.SizeBytes, (run.First + run.Count) * blockSize);
            for (var at = run.First * blockSize; at < end; at += readBytes) yield return (at, (int)Math.Min(readBytes, end - at));
        }
    }

    private async Task ReadAsync(
        long offset, byte[] buffer, int length, BlockingCollection<Filled> filled, SemaphoreSlim permits, Action<Exception> fail, CancellationToken ct)
    {
        try
        {
            await source.ReadAsync(offset, buffer.AsMemory(0, length), ct);
            filled.Add(new(offset, buffer, length), CancellationToken.None);
        }
        catch (Exception e)
        {
            // A read nobody awaits is a boundary: what ended it is rethrown on the caller's side, bugs included.
            fail(e);
        }
        finally
        {
            permits.Release();
        }
    }

    private void Work(BlockingCollection<Filled> filled, ChannelWriter<byte[]> free, Action<Exception> fail, CancellationToken stop)
    {
        foreach (var piece in filled.GetConsumingEnumerable(CancellationToken.None))
        {
            if (!stop.IsCancellationRequested)
            {
                try
                {
                    Put(piece);
                }
                catch (Exception e)
                {
                    // A worker thread is a boundary: what ended it is rethrown on the caller's side, bugs included.
                    fail(e);
                }
            }
            free.TryWrite(piece.Buffer);
        }
    }

    private void Put(Filled piece)
    {
        var block = piece.Offset / blockSize;
        for (var at = 0; at < piece.Length; at += blockSize, block++)
        {
            var data = piece.Buffer.AsSpan(at, Math.Min(blockSize, piece.Length - at));
            if (tree.Put(block, data)) Interlocked.Add(ref _changed, data.Length);
        }
        meter.Did(piece.Length);
    }

    private readonly record struct Filled(long Offset, byte[] Buffer, int Length);
}
