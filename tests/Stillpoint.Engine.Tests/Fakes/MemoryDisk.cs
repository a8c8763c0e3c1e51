using System.Runtime.CompilerServices;
using Stillpoint.Model;

namespace Stillpoint.Engine.Tests.Fakes;

/// <summary>A disk in memory whose extents say what a test wants them to say, true or not.</summary>
internal sealed class MemoryDisk(byte[] content, params DiskExtent[] extents) : IDiskSource
{
    private int _inFlight;
    private long _read;

    public int MostInFlight { get; private set; }

    public long BytesRead => Interlocked.Read(ref _read);

    /// <summary>Reads at or beyond this offset fail as those of a lost export do.</summary>
    public long FailFrom { get; init; } = long.MaxValue;

    public string Name => "vda";

    public long SizeBytes => content.Length;

    public int ReadsInFlight => 8;

    public async IAsyncEnumerable<DiskExtent> ExtentsAsync([EnumeratorCancellation] CancellationToken ct)
    {
        await Task.CompletedTask;
        foreach (var extent in extents) yield return extent;
    }

    public async ValueTask ReadAsync(long offset, Memory<byte> buffer, CancellationToken ct)
    {
        var now = Interlocked.Increment(ref _inFlight);
        MostInFlight = Math.Max(MostInFlight, now);
        await Task.Yield();
        try
        {
            if (offset + buffer.Length > FailFrom)
                throw new FailureException(FailureCode.HostConnectionLost, Stage.Read, ("offset", $"{offset}"));
            content.AsSpan((int)offset, buffer.Length).CopyTo(buffer.Span);
            Interlocked.Add(ref _read, buffer.Length);
        }
        finally
        {
            Interlocked.Decrement(ref _inFlight);
        }
    }

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;
}
