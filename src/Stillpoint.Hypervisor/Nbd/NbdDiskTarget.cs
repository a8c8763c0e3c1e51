using System.Runtime.InteropServices;
using Stillpoint.Model;

namespace Stillpoint.Hypervisor.Nbd;

/// <summary>
/// A disk written through an NBD server (qemu-nbd on a new qcow2 image). Threads and buffers as for <see cref="NbdDiskSource"/>. Uses one
/// connection if the server does not promise that a flush on one covers writes on all.
/// </summary>
public sealed class NbdDiskTarget : IDiskTarget
{
    /// <summary>What one zero command may cover: its length has 32 bits.</summary>
    private const long ZeroBytes = 1L << 30;

    private static readonly byte[] Zeroes = DiskBuffers.Allocate(1 << 20);
    private readonly string _path;
    private readonly bool _fresh;
    private readonly NbdSession _session;

    static NbdDiskTarget() => Zeroes.AsSpan().Clear();

    private NbdDiskTarget(string path, bool fresh, NbdSession session) => (_path, _fresh, _session) = (path, fresh, session);

    public long SizeBytes => _session.Facts.SizeBytes;

    /// <param name="path">The image behind the server, for failures.</param>
    /// <param name="fresh">The image is new and reads as zeroes: zeroing does nothing.</param>
    /// <exception cref="FailureException">HostConnectionLost.</exception>
    public static async Task<NbdDiskTarget> ConnectAsync(
        string socketPath, string exportName, string path, bool fresh, int connections, TimeProvider clock, CancellationToken ct) =>
        new(path, fresh, await NbdSession.OpenAsync(
            new(socketPath, exportName, null), connections, writes: true, (r, status) => ToException(path, r, status), clock, ct)
            .ConfigureAwait(false));

    public ValueTask WriteAsync(long offset, ReadOnlyMemory<byte> buffer, CancellationToken ct)
    {
        Check(offset, buffer.Length);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(buffer.Length, NbdLimits.RequestBytes, nameof(buffer));
        return buffer.IsEmpty
            ? default
            : _session.SubmitAsync(NbdCommand.Write, offset, buffer.Length, MemoryMarshal.AsMemory(buffer), null, ct);
    }

    public async ValueTask ZeroAsync(long offset, long length, CancellationToken ct)
    {
        Check(offset, length);
        if (_fresh) return;
        var (command, most) = _session.Facts.CanZero ? (NbdCommand.Zero, ZeroBytes) : (NbdCommand.Write, Zeroes.Length);
        for (long done = 0; done < length;)
        {
            var step = Math.Min(most, length - done);
            var buffer = command == NbdCommand.Write ? Zeroes.AsMemory(0, (int)step) : default;
            await _session.SubmitAsync(command, offset + done, step, buffer, null, ct).ConfigureAwait(false);
            done += step;
        }
    }

    public async Task FlushAsync(CancellationToken ct) =>
        await _session.SubmitAsync(NbdCommand.Flush, 0, 0, default, null, ct).ConfigureAwait(false);

    public ValueTask DisposeAsync() => _session.DisposeAsync();

    private void Check(long offset, long length)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(offset);
        ArgumentOutOfRangeException.ThrowIfNegative(length);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(offset, SizeBytes - length);
    }

    private static FailureException ToException(string path, NbdRequest request, int status)
    {
        const int noSpace = 28;
        var words = status == NbdRequest.Lost ? request.Connection?.LostBecause ?? "connection lost" : Marshal.GetPInvokeErrorMessage(status);
        return new(Failure.Of(status == noSpace ? FailureCode.TargetFull : FailureCode.TargetWriteFailed, Stage.Restore, ("path", path))
            .With(new("nbd " + path, words)));
    }
}
