namespace Stillpoint.Model;

/// <summary>A run of bytes of a disk with one answer to "what is here" and "has it changed since the base".</summary>
/// <param name="Zero">Reads as zeroes for certain. A hole alone does not count: a hole over a backing file reads as that file.</param>
/// <param name="Dirty">May have changed since the base checkpoint. Always true where there is no base.</param>
public readonly record struct DiskExtent(long Offset, long Length, bool Zero, bool Dirty)
{
    public long End => Offset + Length;
}

/// <summary>
/// One disk at one instant, read only. Reads return the same bytes whenever they are made, in any order and repeated,
/// until the source is disposed. Safe for many calls at once; that is how it is fast.
/// </summary>
public interface IDiskSource : IAsyncDisposable
{
    /// <summary>The disk's target in the VM, such as <c>vda</c>.</summary>
    string Name { get; }

    long SizeBytes { get; }

    /// <summary>How many reads it is worth to have under way at once.</summary>
    int ReadsInFlight { get; }

    /// <summary>
    /// All of the disk in ascending order, gapless, neighbours that say the same merged. Dirty and zero are independent: trimmed areas are
    /// both, and mean "write zeroes".
    /// </summary>
    IAsyncEnumerable<DiskExtent> ExtentsAsync(CancellationToken ct);

    /// <summary>
    /// Fills <paramref name="buffer"/> from <paramref name="offset"/>. The buffer must be pinned or native memory for the time of the call
    /// (<see cref="DiskBuffers"/> gives such). At most 32 MiB a call; never past the end.
    /// </summary>
    /// <exception cref="FailureException"><see cref="FailureCode.DiskReadFailed"/>, or <see cref="FailureCode.HostConnectionLost"/> when
    /// the hypervisor's end is gone.</exception>
    ValueTask ReadAsync(long offset, Memory<byte> buffer, CancellationToken ct);
}
