namespace Stillpoint.Model;

/// <summary>
/// A disk being written by a restore. It reads as zeroes before anything is written. Safe for many calls at once on ranges that do not overlap.
/// </summary>
public interface IDiskTarget : IAsyncDisposable
{
    long SizeBytes { get; }

    /// <summary>
    /// Says that the whole range will be written, so that the target may find room for it at once; ranges that are told once hold, in any order.
    /// A hint: writes need not be announced.
    /// </summary>
    /// <exception cref="FailureException"><see cref="FailureCode.TargetFull"/>.</exception>
    ValueTask ExpectAsync(long offset, long length, CancellationToken ct) => default;

    /// <summary>The buffer must be pinned (<see cref="DiskBuffers"/>), as for <see cref="IDiskSource.ReadAsync"/>.</summary>
    /// <exception cref="FailureException"><see cref="FailureCode.TargetFull"/> or <see cref="FailureCode.TargetWriteFailed"/>.</exception>
    ValueTask WriteAsync(long offset, ReadOnlyMemory<byte> buffer, CancellationToken ct);

    /// <summary>Makes the range read as zeroes, without using space where the target can. On a fresh sparse target it may do nothing.</summary>
    ValueTask ZeroAsync(long offset, long length, CancellationToken ct);

    /// <summary>Returns once everything written is on stable storage. Nothing is promised before.</summary>
    Task FlushAsync(CancellationToken ct);
}
