namespace Stillpoint.Cli.Output;

/// <summary>Bytes a second over the last ten seconds of events: quick enough to follow, slow enough to read.</summary>
internal sealed class TransferRate
{
    private static readonly TimeSpan Window = TimeSpan.FromSeconds(10);
    private readonly Queue<(DateTimeOffset At, long Done)> _samples = new();

    /// <summary>0 until two events lie apart.</summary>
    public double BytesPerSecond
    {
        get
        {
            if (_samples.Count < 2) return 0;
            var (first, last) = (_samples.Peek(), _samples.Last());
            var seconds = (last.At - first.At).TotalSeconds;
            return seconds <= 0 ? 0 : Math.Max(0, (last.Done - first.Done) / seconds);
        }
    }

    public void Reset() => _samples.Clear();

    public void Add(DateTimeOffset at, long done)
    {
        _samples.Enqueue((at, done));
        while (_samples.Count > 2 && at - _samples.Peek().At > Window) _samples.Dequeue();
    }
}
