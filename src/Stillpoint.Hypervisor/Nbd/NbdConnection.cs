using System.Diagnostics.CodeAnalysis;
using Stillpoint.Hypervisor.Interop;

namespace Stillpoint.Hypervisor.Nbd;

/// <summary>
/// One connection to an NBD server with a thread of its own. That thread alone touches the native handle, from the handshake to the close; others
/// put requests into the queue and wake it. Once lost, a connection stays lost: every request, waiting or new, completes with
/// <see cref="NbdRequest.Lost"/> after the native handle is closed, so no buffer is written to after its request completed.
/// </summary>
internal sealed partial class NbdConnection : IAsyncDisposable
{
    private readonly NbdEndpoint _endpoint;
    private readonly int _limit;
    private readonly TimeProvider _clock;
    private readonly WakePoll _poll = new();
    private readonly Lock _gate = new();
    private readonly Queue<NbdRequest> _queue = new();
    private readonly TaskCompletionSource<NbdExportFacts> _opened = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource _ended = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private int _outstanding;
    private int _asleep;
    private volatile bool _closing;
    private bool _over;

    private NbdConnection(NbdEndpoint endpoint, int limit, TimeProvider clock) => (_endpoint, _limit, _clock) = (endpoint, limit, clock);

    internal NbdExportFacts Facts => _opened.Task.Result;

    /// <summary>Requests queued or sent.</summary>
    internal int Outstanding => Volatile.Read(ref _outstanding);

    /// <summary>libnbd's words for why the connection is gone; null while it stands.</summary>
    internal string? LostBecause { get; private set; }

    /// <param name="limit">Requests sent and unanswered at most; the rest waits in the queue.</param>
    /// <exception cref="NbdConnectException">No server, no such export, or no answer within <see cref="NbdLimits.Connect"/>.</exception>
    internal static async Task<NbdConnection> OpenAsync(NbdEndpoint endpoint, int limit, TimeProvider clock, CancellationToken ct)
    {
        ct.ThrowIfCancellationRequested();
        LibNbd.MustBeThere();
        var connection = new NbdConnection(endpoint, limit, clock);
        new Thread(connection.Run) { IsBackground = true, Name = "nbd " + endpoint.Export }.Start();
        await using (ct.UnsafeRegister(static c => ((NbdConnection)c!).Close(), connection).ConfigureAwait(false))
        {
            try
            {
                await connection._opened.Task.ConfigureAwait(false);
                return connection;
            }
            catch (NbdConnectException)
            {
                await connection._ended.Task.ConfigureAwait(false);
                ct.ThrowIfCancellationRequested();
                throw;
            }
        }
    }

    /// <summary>Never waits. The request completes by itself.</summary>
    internal void Submit(NbdRequest request)
    {
        request.Connection = this;
        Interlocked.Increment(ref _outstanding);
        bool over;
        lock (_gate)
        {
            over = _over;
            if (!over) _queue.Enqueue(request);
        }
        if (over) Complete(request, NbdRequest.Lost);
        else if (Interlocked.Exchange(ref _asleep, 0) == 1) _poll.Wake();
    }

    /// <summary>Requests still under way complete as lost. Returns once the thread is done; it waits for nothing but its own poll.</summary>
    public async ValueTask DisposeAsync()
    {
        Close();
        await _ended.Task.ConfigureAwait(false);
        _poll.Dispose();
    }

    private void Close()
    {
        _closing = true;
        _poll.Wake();
    }

    private void Complete(NbdRequest request, int status)
    {
        Interlocked.Decrement(ref _outstanding);
        request.Complete(status);
    }

    private bool TryTake([NotNullWhen(true)] out NbdRequest? request)
    {
        lock (_gate) return _queue.TryDequeue(out request);
    }
}

/// <summary>A connection that was never made, in libnbd's words.</summary>
internal sealed class NbdConnectException(string reason) : Exception(reason);
