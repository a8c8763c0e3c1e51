using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using Stillpoint.Model;

namespace Stillpoint.Hypervisor.Nbd;

/// <summary>
/// A disk behind an NBD server on a unix socket: QEMU's during a backup job, or qemu-nbd's. Each connection has its own thread; continuations
/// run on the thread pool. A read that is cancelled after it was sent completes (as done, or as cancelled) only when the native side no longer
/// touches its buffer: at the server's answer, or 5 s later, when its connection is closed for it.
/// </summary>
public sealed class NbdDiskSource : IDiskSource
{
    public const int DefaultConnections = 4;

    /// <summary>Asked of the server at once. QEMU answers with at most 128 Ki runs and leaves the rest to the next question.</summary>
    private const long StatusWindow = 1L << 30;

    private readonly NbdSession _session;

    private NbdDiskSource(string name, NbdSession session) => (Name, _session) = (name, session);

    public string Name { get; }

    public long SizeBytes => _session.Facts.SizeBytes;

    public int ReadsInFlight => NbdLimits.RequestsInFlight;

    /// <param name="name">The disk's target in the VM, for failures.</param>
    /// <param name="dirtyContext">Meta context of the bitmap since the base (<c>qemu:dirty-bitmap:...</c>); null: everything is dirty.</param>
    /// <exception cref="FailureException">HostConnectionLost (no server, no such export, no answer to the handshake within 15 s);
    /// CheckpointInconsistent if the server does not offer <paramref name="dirtyContext"/>.</exception>
    public static async Task<NbdDiskSource> ConnectAsync(
        string socketPath, string exportName, string name, string? dirtyContext, int connections, TimeProvider clock, CancellationToken ct)
    {
        var session = await NbdSession.OpenAsync(
            new(socketPath, exportName, dirtyContext), connections, writes: false, (r, status) => ToException(name, r, status), clock, ct)
            .ConfigureAwait(false);
        if (dirtyContext is null || session.Facts.HasDirty) return new(name, session);
        await session.DisposeAsync().ConfigureAwait(false);
        throw new FailureException(
            Failure.Of(FailureCode.CheckpointInconsistent, Stage.Read, ("disk", name), ("checkpoint", dirtyContext))
                .With(new("nbd " + socketPath, $"export {exportName} does not offer {dirtyContext}")));
    }

    public async IAsyncEnumerable<DiskExtent> ExtentsAsync([EnumeratorCancellation] CancellationToken ct)
    {
        var facts = _session.Facts;
        DiskExtent run = default;
        var answer = new BlockStatusAnswer();
        for (long position = 0; position < SizeBytes;)
        {
            var end = Math.Min(SizeBytes, position + StatusWindow);
            answer.Clear();
            if (facts.HasAllocation || facts.HasDirty)
                await _session.SubmitAsync(NbdCommand.BlockStatus, position, end - position, default, answer, ct).ConfigureAwait(false);
            var before = position;
            foreach (var extent in NbdExtents.Overlay(position, end, answer, facts.HasAllocation, facts.HasDirty))
            {
                position = extent.End;
                if (run.Length > 0 && run.Zero == extent.Zero && run.Dirty == extent.Dirty)
                {
                    run = run with { Length = run.Length + extent.Length };
                    continue;
                }
                if (run.Length > 0) yield return run;
                run = extent;
            }
            if (position == before) throw Failed(Name, before, "the server's answer about extents is empty");
        }
        if (run.Length > 0) yield return run;
    }

    public ValueTask ReadAsync(long offset, Memory<byte> buffer, CancellationToken ct)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(offset);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(buffer.Length, NbdLimits.RequestBytes, nameof(buffer));
        ArgumentOutOfRangeException.ThrowIfGreaterThan(offset, SizeBytes - buffer.Length);
        return buffer.IsEmpty ? default : _session.SubmitAsync(NbdCommand.Read, offset, buffer.Length, buffer, null, ct);
    }

    public ValueTask DisposeAsync() => _session.DisposeAsync();

    private static FailureException ToException(string name, NbdRequest request, int status)
    {
        if (status != NbdRequest.Lost) return Failed(name, request.Offset, Marshal.GetPInvokeErrorMessage(status));
        return new(Failure.Of(FailureCode.HostConnectionLost, Stage.Read, ("disk", name))
            .With(new("nbd " + name, request.Connection?.LostBecause ?? "connection lost")).CanRetry());
    }

    private static FailureException Failed(string name, long offset, string text) =>
        new(Failure.Of(
                FailureCode.DiskReadFailed, Stage.Read, ("disk", name),
                ("offset", offset.ToString(System.Globalization.CultureInfo.InvariantCulture)))
            .With(new("nbd " + name, text)));
}
