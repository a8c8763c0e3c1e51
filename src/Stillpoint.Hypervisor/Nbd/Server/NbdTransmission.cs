using System.Buffers;
using System.Buffers.Binary;
using System.Text;
using Stillpoint.Model;
using static Stillpoint.Hypervisor.Nbd.Server.NbdWire;

namespace Stillpoint.Hypervisor.Nbd.Server;

/// <summary>Answers one client's requests after the handshake, many at once; answers come in the order in which they are ready.</summary>
internal sealed class NbdTransmission(NbdStream stream, NbdChoice choice, ByteBudget budget, Action<Failure> failed)
{
    /// <summary>Requests of one client in hand at once; it may send more, they wait in the socket.</summary>
    private const int InHand = 64;

    private readonly SemaphoreSlim _inHand = new(InHand);

    private readonly record struct Request(CommandFlags Flags, Command Command, ulong Cookie, ulong Offset, uint Length);

    /// <summary>Returns when the client says goodbye and all is answered.</summary>
    /// <exception cref="NbdClientGoneException">It went without a word, or what it sent is not the protocol.</exception>
    internal async Task RunAsync(CancellationToken ct)
    {
        using var ending = CancellationTokenSource.CreateLinkedTokenSource(ct);
        NbdClientGoneException? gone = null;
        var header = new byte[RequestBytes];
        try
        {
            while (true)
            {
                await stream.ReceiveAsync(header, ending.Token).ConfigureAwait(false);
                var request = Parse(header);
                if (request.Command == Command.Disconnect) break;
                if (request.Command == Command.Write)
                {
                    if (request.Length > NbdLimits.RequestBytes) throw new NbdClientGoneException("write too long");
                    await stream.SkipAsync(request.Length, ending.Token).ConfigureAwait(false);
                }
                await _inHand.WaitAsync(ending.Token).ConfigureAwait(false);
                _ = AnswerAndReleaseAsync(request, ending);
            }
        }
        catch (NbdClientGoneException error)
        {
            gone = error;
            await ending.CancelAsync().ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (!ct.IsCancellationRequested)
        {
            gone = new("the client went away");
        }
        finally
        {
            // Every request in hand ends: answered, or by the cancelled token.
            for (var i = 0; i < InHand; i++) await _inHand.WaitAsync(CancellationToken.None).ConfigureAwait(false);
        }
        if (gone is not null) throw gone;
    }

    private async Task AnswerAndReleaseAsync(Request request, CancellationTokenSource ending)
    {
        try
        {
            await AnswerAsync(request, ending.Token).ConfigureAwait(false);
        }
        catch (Exception error) when (error is NbdClientGoneException or OperationCanceledException or ObjectDisposedException)
        {
            await ending.CancelAsync().ConfigureAwait(false);
        }
        finally
        {
            _inHand.Release();
        }
    }

    private async Task AnswerAsync(Request request, CancellationToken ct)
    {
        var inside = request.Offset <= (ulong)choice.Export.SizeBytes && request.Length <= (ulong)choice.Export.SizeBytes - request.Offset;
        var allowed = request.Command switch
        {
            Command.Read => CommandFlags.ForceUnitAccess | CommandFlags.DoNotFragment,
            Command.BlockStatus => CommandFlags.ForceUnitAccess | CommandFlags.OneExtent,
            _ => CommandFlags.ForceUnitAccess,
        };
        try
        {
            switch (request.Command)
            {
                case Command.Write or Command.Trim or Command.WriteZeroes:
                    await ReplyErrorAsync(request, Error.NotPermitted, "read only", ct).ConfigureAwait(false);
                    break;
                case var _ when (request.Flags & ~allowed) != 0:
                    await ReplyErrorAsync(request, Error.Invalid, "flags", ct).ConfigureAwait(false);
                    break;
                case Command.Flush:
                    await ReplyDoneAsync(request, ct).ConfigureAwait(false);
                    break;
                case Command.Cache when inside:
                    await ReplyDoneAsync(request, ct).ConfigureAwait(false);
                    break;
                case Command.Read when inside && request.Length is > 0 and <= NbdLimits.RequestBytes:
                    await ReadAsync(request, ct).ConfigureAwait(false);
                    break;
                case Command.BlockStatus when inside && request.Length > 0 && choice.BlockStatus:
                    await BlockStatusAsync(request, ct).ConfigureAwait(false);
                    break;
                default:
                    await ReplyErrorAsync(request, Error.Invalid, "range or command", ct).ConfigureAwait(false);
                    break;
            }
        }
        catch (FailureException error)
        {
            failed(error.Failure);
            await ReplyErrorAsync(request, Error.InputOutput, error.Failure.Code.ToText(), ct).ConfigureAwait(false);
        }
    }

    private async Task ReadAsync(Request request, CancellationToken ct)
    {
        var header = choice.Structured ? StructuredReplyBytes + 8 : SimpleReplyBytes;
        var length = (int)request.Length;
        await budget.TakeAsync(length, ct).ConfigureAwait(false);
        var buffer = ArrayPool<byte>.Shared.Rent(header + length);
        try
        {
            await choice.Export.ReadAsync((long)request.Offset, buffer.AsMemory(header, length), ct).ConfigureAwait(false);
            if (choice.Structured)
            {
                WriteChunk(buffer, request, Chunk.OffsetData, 8 + length);
                BinaryPrimitives.WriteUInt64BigEndian(buffer.AsSpan(StructuredReplyBytes), request.Offset);
            }
            else
            {
                WriteSimple(buffer, request, Error.None);
            }
            await stream.SendAsync(buffer.AsMemory(0, header + length), ct).ConfigureAwait(false);
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
            budget.Give(length);
        }
    }

    private async Task BlockStatusAsync(Request request, CancellationToken ct)
    {
        var one = (request.Flags & CommandFlags.OneExtent) != 0;
        var runs = await choice.Export.FindRunsAsync((long)request.Offset, request.Length, one, ct).ConfigureAwait(false);
        var message = new byte[StructuredReplyBytes + 4 + (8 * runs.Count)];
        WriteChunk(message, request, Chunk.BlockStatus, 4 + (8 * runs.Count));
        var at = StructuredReplyBytes;
        BinaryPrimitives.WriteUInt32BigEndian(message.AsSpan(at), AllocationContextId);
        foreach (var (length, flags) in runs)
        {
            BinaryPrimitives.WriteUInt32BigEndian(message.AsSpan(at + 4), length);
            BinaryPrimitives.WriteUInt32BigEndian(message.AsSpan(at + 8), flags);
            at += 8;
        }
        await stream.SendAsync(message, ct).ConfigureAwait(false);
    }

    private ValueTask ReplyDoneAsync(Request request, CancellationToken ct)
    {
        var message = new byte[choice.Structured ? StructuredReplyBytes : SimpleReplyBytes];
        if (choice.Structured) WriteChunk(message, request, Chunk.None, 0);
        else WriteSimple(message, request, Error.None);
        return stream.SendAsync(message, ct);
    }

    private ValueTask ReplyErrorAsync(Request request, Error error, string text, CancellationToken ct)
    {
        var words = Encoding.UTF8.GetBytes(text);
        var message = new byte[choice.Structured ? StructuredReplyBytes + 6 + words.Length : SimpleReplyBytes];
        if (choice.Structured)
        {
            WriteChunk(message, request, Chunk.Error, 6 + words.Length);
            BinaryPrimitives.WriteUInt32BigEndian(message.AsSpan(StructuredReplyBytes), (uint)error);
            BinaryPrimitives.WriteUInt16BigEndian(message.AsSpan(StructuredReplyBytes + 4), (ushort)words.Length);
            words.CopyTo(message, StructuredReplyBytes + 6);
        }
        else
        {
            WriteSimple(message, request, error);
        }
        return stream.SendAsync(message, ct);
    }

    /// <summary>Every answer is one chunk, so each carries the flag that it is the last.</summary>
    private static void WriteChunk(Span<byte> message, Request request, Chunk type, int length)
    {
        const ushort last = 1;
        BinaryPrimitives.WriteUInt32BigEndian(message, StructuredReplyMagic);
        BinaryPrimitives.WriteUInt16BigEndian(message[4..], last);
        BinaryPrimitives.WriteUInt16BigEndian(message[6..], (ushort)type);
        BinaryPrimitives.WriteUInt64BigEndian(message[8..], request.Cookie);
        BinaryPrimitives.WriteInt32BigEndian(message[16..], length);
    }

    private static void WriteSimple(Span<byte> message, Request request, Error error)
    {
        BinaryPrimitives.WriteUInt32BigEndian(message, SimpleReplyMagic);
        BinaryPrimitives.WriteUInt32BigEndian(message[4..], (uint)error);
        BinaryPrimitives.WriteUInt64BigEndian(message[8..], request.Cookie);
    }

    private static Request Parse(ReadOnlySpan<byte> header)
    {
        if (BinaryPrimitives.ReadUInt32BigEndian(header) != RequestMagic) throw new NbdClientGoneException("not a request");
        return new(
            (CommandFlags)BinaryPrimitives.ReadUInt16BigEndian(header[4..]), (Command)BinaryPrimitives.ReadUInt16BigEndian(header[6..]),
            BinaryPrimitives.ReadUInt64BigEndian(header[8..]), BinaryPrimitives.ReadUInt64BigEndian(header[16..]),
            BinaryPrimitives.ReadUInt32BigEndian(header[24..]));
    }
}
