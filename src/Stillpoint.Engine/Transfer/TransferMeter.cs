using Stillpoint.Model;

namespace Stillpoint.Engine.Transfer;

/// <summary>Counts a sub task's bytes and publishes them, at most four times a second. Used from many threads.</summary>
internal sealed class TransferMeter(JobId job, SubTask subTask, IJobEvents events, TimeProvider clock, Func<long> storedBytes)
{
    private static readonly TimeSpan Pace = TimeSpan.FromMilliseconds(250);

    private long _done;
    private long _total;
    private long _lastTold = clock.GetTimestamp();

    public void Expect(long bytes) => Interlocked.Add(ref _total, bytes);

    public void Did(long bytes)
    {
        Interlocked.Add(ref _done, bytes);
        var last = Interlocked.Read(ref _lastTold);
        var now = clock.GetTimestamp();
        if (clock.GetElapsedTime(last, now) >= Pace && Interlocked.CompareExchange(ref _lastTold, now, last) == last) Tell();
    }

    public void Tell() => events.Publish(new Progressed(
        job, clock.GetUtcNow(), subTask, Interlocked.Read(ref _done), Interlocked.Read(ref _total), storedBytes()));
}
