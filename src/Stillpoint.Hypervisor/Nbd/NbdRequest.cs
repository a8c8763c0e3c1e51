using System.Buffers;
using System.Runtime.InteropServices;
using System.Threading.Tasks.Sources;

namespace Stillpoint.Hypervisor.Nbd;

internal enum NbdCommand
{
    Read,
    Write,
    Zero,
    Flush,
    BlockStatus,
}

/// <summary>
/// One command on its way: queued, sent, answered. Awaited once; then it goes back to its pool. The buffer stays pinned until the native side
/// has let go of it, also when the caller cancels: a cancelled command that was sent is waited for (bounded by its connection).
/// </summary>
internal sealed class NbdRequest(NbdSession owner) : IValueTaskSource
{
    /// <summary>Statuses besides 0 (done) and errno values.</summary>
    internal const int Cancelled = -1, Lost = -2;

    private ManualResetValueTaskSourceCore<int> _core = new() { RunContinuationsAsynchronously = true };
    private MemoryHandle _pin;
    private GCHandle _self;

    internal NbdCommand Command { get; private set; }

    internal long Offset { get; private set; }

    internal long Length { get; private set; }

    internal CancellationToken Token { get; private set; }

    /// <summary>Where the answer to a block status goes; null for other commands.</summary>
    internal BlockStatusAnswer? Answer { get; private set; }

    internal NbdConnection? Connection { get; set; }

    /// <summary>Place in the connection's list of sent commands; -1 when not sent. The connection's thread only.</summary>
    internal int Slot { get; set; } = -1;

    /// <summary>When the connection's thread first saw that a sent command was cancelled.</summary>
    internal long CancelSeen { get; set; }

    internal unsafe byte* Buffer => (byte*)_pin.Pointer;

    /// <summary>Pointer to hand through native code; valid until <see cref="Complete"/>.</summary>
    internal nint UserData => GCHandle.ToIntPtr(_self);

    internal short Version => _core.Version;

    internal void Begin(NbdCommand command, long offset, long length, Memory<byte> buffer, BlockStatusAnswer? answer, CancellationToken ct)
    {
        (Command, Offset, Length, Answer, Token) = (command, offset, length, answer, ct);
        _pin = buffer.IsEmpty ? default : buffer.Pin();
        _self = GCHandle.Alloc(this);
    }

    internal static NbdRequest From(nint userData) => (NbdRequest)GCHandle.FromIntPtr(userData).Target!;

    internal void Complete(int status)
    {
        _pin.Dispose();
        _pin = default;
        _self.Free();
        _core.SetResult(status);
    }

    public ValueTaskSourceStatus GetStatus(short token) => _core.GetStatus(token);

    public void OnCompleted(Action<object?> continuation, object? state, short token, ValueTaskSourceOnCompletedFlags flags) =>
        _core.OnCompleted(continuation, state, token, flags);

    public void GetResult(short token)
    {
        var status = _core.GetResult(token);
        var error = status switch
        {
            0 => null,
            Cancelled => new OperationCanceledException(Token),
            _ => owner.ToException(this, status),
        };
        _core.Reset();
        (Answer, Connection, Token, CancelSeen) = (null, null, default, 0);
        owner.Return(this);
        if (error is not null) throw error;
    }
}
