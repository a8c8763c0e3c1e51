using Stillpoint.Model;

namespace Stillpoint.Hypervisor.Nbd;

/// <summary>One export over several connections: each request goes to the one with the least to do.</summary>
internal sealed class NbdSession : IAsyncDisposable
{
    private readonly NbdConnection[] _connections;
    private readonly Func<NbdRequest, int, Exception> _toException;
    private readonly Stack<NbdRequest> _pool = new();
    private int _next;

    private NbdSession(NbdConnection[] connections, Func<NbdRequest, int, Exception> toException) =>
        (_connections, _toException) = (connections, toException);

    internal NbdExportFacts Facts => _connections[0].Facts;

    /// <param name="connections">More than one only if the server promises that they see one another's writes, or if nothing is written.</param>
    /// <param name="toException">Makes an exception of an errno value or <see cref="NbdRequest.Lost"/>.</param>
    /// <exception cref="FailureException">HostConnectionLost, libnbd's words as evidence.</exception>
    internal static async Task<NbdSession> OpenAsync(
        NbdEndpoint endpoint, int connections, bool writes, Func<NbdRequest, int, Exception> toException, TimeProvider clock, CancellationToken ct)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(connections, 1);
        var limit = Math.Max(1, NbdLimits.RequestsInFlight / connections);
        var open = new List<NbdConnection>();
        try
        {
            open.Add(await NbdConnection.OpenAsync(endpoint, limit, clock, ct).ConfigureAwait(false));
            if (writes && !open[0].Facts.MultiConn) connections = 1;
            while (open.Count < connections)
                open.Add(await NbdConnection.OpenAsync(endpoint, limit, clock, ct).ConfigureAwait(false));
            return new([.. open], toException);
        }
        catch (Exception error) when (error is NbdConnectException or OperationCanceledException)
        {
            foreach (var connection in open) await connection.DisposeAsync().ConfigureAwait(false);
            if (error is OperationCanceledException) throw;
            throw new FailureException(
                Failure.Of(FailureCode.HostConnectionLost, Stage.Connect, ("disk", endpoint.Export), ("socket", endpoint.SocketPath))
                    .With(new("nbd " + endpoint.SocketPath, error.Message)).CanRetry(), error);
        }
    }

    internal ValueTask SubmitAsync(
        NbdCommand command, long offset, long length, Memory<byte> buffer, BlockStatusAnswer? answer, CancellationToken ct)
    {
        if (ct.IsCancellationRequested) return ValueTask.FromCanceled(ct);
        NbdRequest? request;
        lock (_pool) _pool.TryPop(out request);
        request ??= new(this);
        request.Begin(command, offset, length, buffer, answer, ct);
        var version = request.Version;
        LeastBusy().Submit(request);
        return new(request, version);
    }

    internal Exception ToException(NbdRequest request, int status) => _toException(request, status);

    internal void Return(NbdRequest request)
    {
        lock (_pool)
            if (_pool.Count < 2 * NbdLimits.RequestsInFlight) _pool.Push(request);
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var connection in _connections) await connection.DisposeAsync().ConfigureAwait(false);
    }

    private NbdConnection LeastBusy()
    {
        var start = (int)((uint)Interlocked.Increment(ref _next) % (uint)_connections.Length);
        var best = _connections[start];
        for (var i = 1; i < _connections.Length; i++)
        {
            var other = _connections[(start + i) % _connections.Length];
            if (other.Outstanding < best.Outstanding) best = other;
        }
        return best;
    }
}
