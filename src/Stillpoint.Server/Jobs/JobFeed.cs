using System.Collections.Concurrent;
using System.Threading.Channels;
using Stillpoint.Model;
using Stillpoint.Server.Points;

namespace Stillpoint.Server.Jobs;

/// <summary>
/// What running jobs tell, to whoever listens. Never holds a job up: a listener that is too slow misses progress; one that would miss more is cut off,
/// so that it looks at the jobs anew.
/// </summary>
internal sealed class JobFeed(KnownPoints points) : IJobEvents
{
    private const int Room = 512;
    private readonly ConcurrentDictionary<Listener, byte> _listeners = new();
    private readonly ConcurrentDictionary<JobId, JobBegan> _running = new();

    public void Publish(JobEvent jobEvent)
    {
        if (jobEvent is JobBegan began) _running[began.Job] = began;
        var job = _running.GetValueOrDefault(jobEvent.Job);
        if (jobEvent is JobEnded) _running.TryRemove(jobEvent.Job, out _);
        points.Hear(jobEvent, job?.Kind);
        foreach (var listener in _listeners.Keys) listener.Tell(new(jobEvent, job?.Vm ?? ""));
    }

    /// <summary>From now on; until disposed.</summary>
    public Listener Listen()
    {
        var listener = new Listener(this);
        _listeners[listener] = 0;
        return listener;
    }

    /// <summary>Ends every listening: the service stops.</summary>
    public void Close()
    {
        foreach (var listener in _listeners.Keys) listener.Dispose();
    }

    /// <param name="Vm">Empty: the job is of a vault.</param>
    internal readonly record struct Told(JobEvent Event, string Vm);

    internal sealed class Listener(JobFeed feed) : IDisposable
    {
        private readonly Channel<Told> _channel = Channel.CreateBounded<Told>(new BoundedChannelOptions(Room) { SingleReader = true });

        public ChannelReader<Told> Reader => _channel.Reader;

        public void Tell(Told told)
        {
            if (told.Event is Progressed && _channel.Reader.Count > Room / 2) return;
            if (!_channel.Writer.TryWrite(told)) _channel.Writer.TryComplete();
        }

        public void Dispose()
        {
            feed._listeners.TryRemove(this, out _);
            _channel.Writer.TryComplete();
        }
    }
}
