using System.Net.Sockets;

namespace Stillpoint.Hypervisor.Nbd.Server;

/// <summary>A client went away, or broke the protocol so that its next byte has no meaning: its connection ends, and nothing else.</summary>
internal sealed class NbdClientGoneException(string reason, Exception? inner = null) : Exception(reason, inner);

/// <summary>Whole messages over a client's socket. One reader; senders take turns.</summary>
internal sealed class NbdStream(Socket socket, TimeProvider clock) : IDisposable
{
    /// <summary>A client that takes none of its answers for so long is cut off: it holds memory that others wait for.</summary>
    private static readonly TimeSpan SendLimit = TimeSpan.FromSeconds(60);

    private readonly SemaphoreSlim _turn = new(1);

    internal async ValueTask ReceiveAsync(Memory<byte> buffer, CancellationToken ct)
    {
        try
        {
            while (!buffer.IsEmpty)
            {
                var got = await socket.ReceiveAsync(buffer, ct).ConfigureAwait(false);
                if (got == 0) throw new NbdClientGoneException("end of stream");
                buffer = buffer[got..];
            }
        }
        catch (SocketException error)
        {
            throw new NbdClientGoneException(error.Message, error);
        }
    }

    internal async ValueTask SkipAsync(long bytes, CancellationToken ct)
    {
        var waste = new byte[Math.Min(bytes, 65536)];
        for (; bytes > 0; bytes -= Math.Min(bytes, waste.Length))
            await ReceiveAsync(waste.AsMemory(0, (int)Math.Min(bytes, waste.Length)), ct).ConfigureAwait(false);
    }

    internal async ValueTask SendAsync(ReadOnlyMemory<byte> message, CancellationToken ct)
    {
        await _turn.WaitAsync(ct).ConfigureAwait(false);
        try
        {
            using var limit = new CancellationTokenSource(SendLimit, clock);
            using var either = CancellationTokenSource.CreateLinkedTokenSource(ct, limit.Token);
            while (!message.IsEmpty)
                message = message[await socket.SendAsync(message, either.Token).ConfigureAwait(false)..];
        }
        catch (SocketException error)
        {
            throw new NbdClientGoneException(error.Message, error);
        }
        catch (OperationCanceledException error) when (!ct.IsCancellationRequested)
        {
            throw new NbdClientGoneException("the client takes no answers", error);
        }
        finally
        {
            _turn.Release();
        }
    }

    public void Dispose()
    {
        socket.Dispose();
        _turn.Dispose();
    }
}
