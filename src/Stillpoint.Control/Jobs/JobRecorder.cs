using System.Collections.Concurrent;
using System.Threading.Channels;
using Stillpoint.Control.Catalog;
using Stillpoint.Model;

namespace Stillpoint.Control.Jobs;

/// <summary>
/// Writes a job's events to the catalog and passes them on. The writing happens on a task of its own: a guest may be frozen while an event is
/// published, and nobody waits for a database then.
/// </summary>
internal sealed class JobRecorder : IJobEvents
{
    private readonly Channel<JobEvent> _queue = Channel.CreateUnbounded<JobEvent>(new() { SingleReader = true });
    private readonly JobTable _jobs;
    private readonly IJobEvents _watcher;
    private readonly Task _writing;
    private readonly ConcurrentQueue<Failure> _warnings = new();
    private long _done, _stored;

    public JobRecorder(JobTable jobs, IJobEvents watcher)
    {
        _jobs = jobs;
        _watcher = watcher;
        _writing = WriteAsync();
    }

    public long BytesDone => Volatile.Read(ref _done);

    public long BytesStored => Volatile.Read(ref _stored);

    public IReadOnlyList<Failure> Warnings => [.. _warnings];

    /// <summary>What was seen of the VM before the job touched it; empty where it did not come to that.</summary>
    public IReadOnlyList<Fact> Preflight { get; private set; } = [];

    /// <summary>The guest's own scripts, as far as they were run.</summary>
    public IReadOnlyList<ScriptRun> Scripts { get; private set; } = [];

    public void Publish(JobEvent jobEvent)
    {
        if (jobEvent is Progressed progress)
        {
            Volatile.Write(ref _done, progress.DoneBytes);
            Volatile.Write(ref _stored, progress.StoredBytes);
        }
        else
        {
            if (jobEvent is WarningRaised raised) _warnings.Enqueue(raised.Warning);
            if (jobEvent is Preflighted seen) Preflight = seen.Facts;
            if (jobEvent is ScriptsRan ran) Scripts = ran.Scripts;
            _queue.Writer.TryWrite(jobEvent);
        }
        _watcher.Publish(jobEvent);
    }

    /// <summary>Everything published so far is in the catalog, or the failure that kept it out of it is returned.</summary>
    public async Task<Failure?> FinishAsync()
    {
        _queue.Writer.TryComplete();
        try
        {
            await _writing;
            return null;
        }
        catch (FailureException e)
        {
            return e.Failure;
        }
    }

    private async Task WriteAsync()
    {
        await foreach (var e in _queue.Reader.ReadAllAsync())
        {
            switch (e)
            {
                case SubTaskStarted s:
                    _jobs.SubTaskStarted(s.Job, s.SubTask, s.At);
                    break;
                case SubTaskFinished s:
                    _jobs.SubTaskFinished(s.Job, s.SubTask, s.At, s.Failure);
                    break;
                case PointCommitted p:
                    _jobs.PointCommitted(p.Job, p.Point.Id);
                    break;
                case ScriptsRan s:
                    _jobs.AddScripts(s.Job, s.Scripts);
                    break;
                case WarningRaised w:
                    _jobs.AddWarning(w.Job, w.Warning);
                    break;
            }
        }
    }
}
