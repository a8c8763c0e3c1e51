using System.Collections.Concurrent;
using Stillpoint.Control;
using Stillpoint.Model;
using Stillpoint.Server.Configuration;

namespace Stillpoint.Server.Jobs;

/// <summary>The jobs of this process: begun, cancelled, and all ended before the service ends. Safe for many threads.</summary>
internal sealed class RunningJobs(StillpointControl control, ServerOptions options, JobFeed feed, ILogger<RunningJobs> log)
{
    private readonly ConcurrentDictionary<JobId, Running> _running = new();
    private volatile bool _stopping;

    public bool IsRunning(JobId job) => _running.ContainsKey(job);

    public int Count => _running.Count;

    /// <summary>Returns once the job can be asked for; the work goes on.</summary>
    /// <exception cref="FailureException">TooManyJobs, ServiceStopping; and what kept the job from beginning.</exception>
    public async Task StartAsync(JobId id, Func<IJobEvents, CancellationToken, Task> work)
    {
        var job = new Running(feed);
        if (_stopping) throw new FailureException(Failure.Of(FailureCode.ServiceStopping, Stage.Input).CanRetry());
        if (!_running.TryAdd(id, job)) return;
        // Counted with itself: of two that come at once, neither slips past the other.
        if (_running.Count > options.JobsAtOnce)
        {
            _running.TryRemove(id, out _);
            throw new FailureException(Failure.Of(FailureCode.TooManyJobs, Stage.Input, ("most", $"{options.JobsAtOnce}")).CanRetry());
        }
        job.Work = Task.Run(() => RunAsync(id, job, work));
        await Task.WhenAny(job.Began, job.Work);
        if (!job.Began.IsCompleted) await job.Work;
    }

    /// <summary>Also one that the scheduler began.</summary>
    /// <exception cref="FailureException">JobNotRunning.</exception>
    public void Cancel(JobId id)
    {
        if (_running.TryGetValue(id, out var job)) job.Cancel();
        else if (!control.Cancel(id)) throw new FailureException(FailureCode.JobNotRunning, Stage.Input, ("job", id.ToString()));
    }

    /// <summary>Cancels all and waits for their clean ends, however long these take: each has a bound of its own.</summary>
    public async Task StopAsync()
    {
        _stopping = true;
        foreach (var (id, job) in _running)
        {
            log.LogInformation("cancelling job {Job}: the service stops", id);
            job.Cancel();
        }
        while (!_running.IsEmpty) await Task.WhenAll(_running.Values.Select(j => j.Ended));
    }

    private async Task RunAsync(JobId id, Running job, Func<IJobEvents, CancellationToken, Task> work)
    {
        try
        {
            await work(job, job.Token);
        }
        catch (FailureException e) when (job.Began.IsCompleted)
        {
            log.LogWarning("job {Job} after its end: {Failure}", id, e.Failure);
        }
        finally
        {
            _running.TryRemove(id, out _);
            job.End();
            log.LogInformation("job {Job} is done", id);
        }
    }

    private sealed class Running(JobFeed feed) : IJobEvents
    {
        private readonly CancellationTokenSource _cancel = new();
        private volatile JobEnded? _last;
        private readonly TaskCompletionSource _began = new(TaskCreationOptions.RunContinuationsAsynchronously);
        private readonly TaskCompletionSource _ended = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public Task Work { get; set; } = Task.CompletedTask;

        public Task Began => _began.Task;

        public Task Ended => _ended.Task;

        public CancellationToken Token => _cancel.Token;

        public void Cancel() => _ = _cancel.CancelAsync();

        /// <summary>Its place is free.</summary>
        public void End()
        {
            if (_last is { } last) feed.Publish(last);
            _ended.TrySetResult();
        }

        public void Publish(JobEvent jobEvent)
        {
            // Told when its place is free: whoever hears of the end may begin the next job at once.
            if (jobEvent is JobEnded ended) _last = ended;
            else feed.Publish(jobEvent);
            if (jobEvent is JobBegan) _began.TrySetResult();
        }
    }
}
