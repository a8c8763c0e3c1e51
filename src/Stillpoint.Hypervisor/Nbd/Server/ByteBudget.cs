namespace Stillpoint.Hypervisor.Nbd.Server;

/// <summary>Bytes that may be held at once by all connections; who wants more than is left waits, first come first served.</summary>
internal sealed class ByteBudget(long total)
{
    private readonly Lock _gate = new();
    private readonly Queue<(long Bytes, TaskCompletionSource Turn)> _waiting = new();
    private long _left = total;

    /// <param name="bytes">At most the total.</param>
    internal async ValueTask TakeAsync(long bytes, CancellationToken ct)
    {
        TaskCompletionSource turn;
        lock (_gate)
        {
            if (_waiting.Count == 0 && _left >= bytes)
            {
                _left -= bytes;
                return;
            }
            turn = new(TaskCreationOptions.RunContinuationsAsynchronously);
            _waiting.Enqueue((bytes, turn));
        }
        await using (ct.UnsafeRegister(static (t, token) => ((TaskCompletionSource)t!).TrySetCanceled(token), turn).ConfigureAwait(false))
            await turn.Task.ConfigureAwait(false);
    }

    internal void Give(long bytes)
    {
        lock (_gate)
        {
            _left += bytes;
            while (_waiting.TryPeek(out var next) && (_left >= next.Bytes || next.Turn.Task.IsCompleted))
            {
                _waiting.Dequeue();
                if (next.Turn.TrySetResult()) _left -= next.Bytes;
            }
        }
    }
}
