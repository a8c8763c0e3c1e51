using Stillpoint.Hypervisor.Interop;

namespace Stillpoint.Hypervisor.Nbd;

// The connection's thread.
internal sealed partial class NbdConnection
{
    private const int NotConnected = 107, ShutDown = 108;
    private readonly List<NbdRequest> _sent = [];
    private nint _handle;
    private long _lastAnswer;
    private long _lastTick;
    private bool _gone;
    private uint _readFlags;

    /// <summary>Called from within a notify call, when the server has answered (or the library gave the connection up).</summary>
    internal void Answered(NbdRequest request, int error)
    {
        _lastAnswer = _clock.GetTimestamp();
        // A dead connection's requests complete in Run, once the handle is closed and the reason is known.
        if (error is NotConnected or ShutDown) _gone = true;
        else Forget(request, error);
    }

    private void Run()
    {
        _handle = LibNbd.Create();
        if (_handle == 0) LostBecause = LibNbd.LastError();
        else if (Handshake()) Serve();
        if (_handle != 0)
        {
            if (LostBecause is null && LibNbd.IsReady(_handle) == 1) _ = LibNbd.Disconnect(_handle, 0);
            LibNbd.Close(_handle);
        }
        LostBecause ??= "connection closed";
        lock (_gate) _over = true;
        _opened.TrySetException(new NbdConnectException(LostBecause));
        while (_sent.Count > 0) Forget(_sent[^1], _sent[^1].CancelSeen != 0 ? NbdRequest.Cancelled : NbdRequest.Lost);
        while (TryTake(out var request)) Complete(request, NbdRequest.Lost);
        _ended.SetResult();
    }

    private bool Handshake()
    {
        var start = _clock.GetTimestamp();
        if (LibNbd.SetExportName(_handle, _endpoint.Export) < 0
            || LibNbd.AddMetaContext(_handle, BlockStatusAnswer.AllocationContext) < 0
            || (_endpoint.DirtyContext is { } dirty && LibNbd.AddMetaContext(_handle, dirty) < 0)
            || LibNbd.SetStrictMode(_handle, LibNbd.StrictButFlags) < 0
            || LibNbd.SetPreadInitialize(_handle, false) < 0
            || LibNbd.ConnectUnix(_handle, _endpoint.SocketPath) < 0)
            return Fail(LibNbd.LastError());
        while (LibNbd.IsReady(_handle) != 1)
        {
            if (_closing) return Fail("cancelled");
            if (_clock.GetElapsedTime(start) > NbdLimits.Connect)
                return Fail($"no answer to the handshake within {NbdLimits.Connect.TotalSeconds:0} s");
            if (!Advance(NbdLimits.TickMilliseconds)) return false;
        }
        // Without this flag QEMU answers in pieces, and drops the connection when reading one of them fails, instead of saying which read failed.
        if (LibNbd.CanDf(_handle) == 1) _readFlags = LibNbd.DoNotFragment;
        _opened.SetResult(new(
            LibNbd.GetSize(_handle), LibNbd.CanMultiConn(_handle) == 1, LibNbd.CanZero(_handle) == 1,
            LibNbd.CanMetaContext(_handle, BlockStatusAnswer.AllocationContext) == 1,
            _endpoint.DirtyContext is { } context && LibNbd.CanMetaContext(_handle, context) == 1));
        return true;
    }

    private void Serve()
    {
        while (!_closing && LostBecause is null)
        {
            while (_sent.Count < _limit && TryTake(out var request)) Send(request);
            // The order matters: asleep first, then the look at the queue. Submit does it the other way round.
            Interlocked.Exchange(ref _asleep, 1);
            int waiting;
            lock (_gate) waiting = _queue.Count;
            var timeout = waiting > 0 && _sent.Count < _limit ? 0 : waiting + _sent.Count > 0 ? NbdLimits.TickMilliseconds : -1;
            if (LostBecause is null) Advance(timeout);
            if (_gone) Fail("the server went away");
            Volatile.Write(ref _asleep, 0);
            if (_clock.GetElapsedTime(_lastTick).TotalMilliseconds >= NbdLimits.TickMilliseconds) Tick();
        }
    }

    /// <summary>Waits for the socket or a wake-up and lets libnbd do what it can. False when the connection is gone.</summary>
    private bool Advance(int milliseconds)
    {
        if (LibNbd.IsDead(_handle) == 1 || LibNbd.IsClosed(_handle) == 1) return Fail(LibNbd.LastError());
        var direction = LibNbd.GetDirection(_handle);
        var (readable, writable) = _poll.Wait(
            LibNbd.GetFd(_handle), (direction & LibNbd.DirectionRead) != 0, (direction & LibNbd.DirectionWrite) != 0, milliseconds);
        if (!readable && !writable) return true;
        // Reading may change what there is to write: one of the two, then ask again.
        var read = readable && ((direction & LibNbd.DirectionRead) != 0 || !writable);
        if ((read ? LibNbd.NotifyRead(_handle) : LibNbd.NotifyWrite(_handle)) < 0)
            return Fail(LibNbd.LastError());
        return true;
    }

    private unsafe void Send(NbdRequest request)
    {
        if (request.Token.IsCancellationRequested)
        {
            Complete(request, NbdRequest.Cancelled);
            return;
        }
        if (_sent.Count == 0) _lastAnswer = _clock.GetTimestamp();
        request.Slot = _sent.Count;
        _sent.Add(request);
        var done = NbdCallbacks.Completion(request);
        var (offset, length) = ((ulong)request.Offset, (ulong)request.Length);
        var cookie = request.Command switch
        {
            NbdCommand.Read => LibNbd.Read(_handle, request.Buffer, (nuint)length, offset, done, _readFlags),
            NbdCommand.Write => LibNbd.Write(_handle, request.Buffer, (nuint)length, offset, done, 0),
            NbdCommand.Zero => LibNbd.Zero(_handle, length, offset, done, 0),
            NbdCommand.Flush => LibNbd.Flush(_handle, done, 0),
            _ => LibNbd.BlockStatus(_handle, length, offset, NbdCallbacks.Extent(request), done, 0),
        };
        if (cookie >= 0) return;
        var (text, errno) = (LibNbd.LastError(), LibNbd.LastErrno());
        if (LibNbd.IsDead(_handle) == 1 || LibNbd.IsClosed(_handle) == 1) Fail(text);
        else if (request.Slot >= 0) Forget(request, errno);
    }

    private void Tick()
    {
        _lastTick = _clock.GetTimestamp();
        lock (_gate)
        {
            for (var n = _queue.Count; n > 0; n--)
            {
                var request = _queue.Dequeue();
                if (request.Token.IsCancellationRequested) Complete(request, NbdRequest.Cancelled);
                else _queue.Enqueue(request);
            }
        }
        if (_sent.Count == 0) return;
        if (_clock.GetElapsedTime(_lastAnswer) > NbdLimits.Answer) Fail($"no answer for {NbdLimits.Answer.TotalSeconds:0} s");
        foreach (var request in _sent)
        {
            if (!request.Token.IsCancellationRequested) continue;
            if (request.CancelSeen == 0) request.CancelSeen = _lastTick;
            else if (_clock.GetElapsedTime(request.CancelSeen) > NbdLimits.CancelGrace) Fail("no answer to a cancelled command");
        }
    }

    private void Forget(NbdRequest request, int status)
    {
        var last = _sent[^1];
        _sent[request.Slot] = last;
        last.Slot = request.Slot;
        _sent.RemoveAt(_sent.Count - 1);
        request.Slot = -1;
        Complete(request, status);
    }

    private bool Fail(string reason)
    {
        LostBecause ??= reason;
        return false;
    }
}
