using System.Collections.Concurrent;
using System.Runtime.ExceptionServices;
using Stillpoint.Vault.Packs;
using Stillpoint.Vault.Stores;

namespace Stillpoint.Vault.Points;

/// <summary>
/// Hashes and stores finished packs on threads of its own, and owns the buffers packs are filled in: their number bounds memory, and waiting for
/// one is how a fast reader is held back. The first failure breaks the queue; every later call throws it.
/// </summary>
internal sealed class PackQueue : IAsyncDisposable
{
    public const int BufferSize = 16 << 20;
    private readonly IBlobStore _store;
    private readonly Action<PackRef, IReadOnlyList<PackEntry>> _durable;
    private readonly BlockingCollection<SealedPack> _queue = new(new ConcurrentQueue<SealedPack>());
    private readonly BlockingCollection<byte[]> _free = [];
    private readonly CancellationTokenSource _stop = new();
    private readonly Task[] _threads;
    private readonly int _buffers;
    private ExceptionDispatchInfo? _failure;
    private int _allocated;
    private int _closed;

    /// <param name="threads">How many packs are stored at once.</param>
    /// <param name="fillers">How many packs may be filled at once.</param>
    /// <param name="durable">Told each pack once it is safe, from the queue's threads.</param>
    public PackQueue(IBlobStore store, int threads, int fillers, Action<PackRef, IReadOnlyList<PackEntry>> durable)
    {
        (_store, _durable, _buffers) = (store, durable, fillers + threads);
        _threads = [.. Enumerable.Range(0, threads).Select(_ => Task.Factory.StartNew(Run, CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default))];
    }

    /// <summary>Waits while all buffers are full of packs to be stored.</summary>
    public byte[] Rent()
    {
        ThrowIfBroken();
        if (_free.TryTake(out var buffer)) return buffer;
        if (Interlocked.Increment(ref _allocated) <= _buffers) return GC.AllocateUninitializedArray<byte>(BufferSize, pinned: true);
        try
        {
            return _free.Take(_stop.Token);
        }
        catch (OperationCanceledException)
        {
            ThrowIfBroken();
            throw;
        }
    }

    public void Enqueue(SealedPack pack)
    {
        ThrowIfBroken();
        _queue.Add(pack);
    }

    /// <summary>Returns when every pack is durable. No more may be enqueued.</summary>
    public async Task DrainAsync()
    {
        if (Interlocked.Exchange(ref _closed, 1) == 0) _queue.CompleteAdding();
        await Task.WhenAll(_threads).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        ThrowIfBroken();
    }

    public void ThrowIfBroken()
    {
        if (!_stop.IsCancellationRequested) return;
        _failure?.Throw();
        _stop.Token.ThrowIfCancellationRequested();
    }

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync().ConfigureAwait(false);
        if (Interlocked.Exchange(ref _closed, 1) == 0) _queue.CompleteAdding();
        // Their failure was thrown where it mattered; here only their end counts.
        await Task.WhenAll(_threads).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
    }

    private void Run()
    {
        var done = false;
        try
        {
            foreach (var pack in _queue.GetConsumingEnumerable())
            {
                _stop.Token.ThrowIfCancellationRequested();
                Store(pack);
            }
            done = true;
        }
        catch (Exception e) when (Remember(e))
        {
            // never entered: the filter only looks, before anybody is woken by the finally
        }
        finally
        {
            if (!done) _stop.Cancel();
        }
    }

    /// <summary>Keeps the first failure, so that whoever is stopped by it can tell it. Always false.</summary>
    private bool Remember(Exception e)
    {
        if (e is not OperationCanceledException) Interlocked.CompareExchange(ref _failure, ExceptionDispatchInfo.Capture(e), null);
        return false;
    }

    private void Store(SealedPack pack)
    {
        var stored = PackStore.PutAsync(_store, pack, _stop.Token).GetAwaiter().GetResult();
        _durable(stored, pack.Entries);
        if (pack.Buffer.Length == BufferSize) _free.Add(pack.Buffer);
    }
}
