using System.Collections.Concurrent;
using Stillpoint.Control.Catalog;
using Stillpoint.Engine.Capture;
using Stillpoint.Model;

namespace Stillpoint.Control.Jobs;

/// <summary>
/// Where a job's exceptions end: an expected failure and a cancellation become the job's outcome, anything else is a bug, recorded as one with its
/// stack. One job per lock name; the row exists before the work begins and is ended however it ends.
/// </summary>
internal sealed class JobBoundary(DataFolder folder, JobTable jobs, JobFactTable facts, TimeProvider clock)
{
    private static readonly (string Name, string Value) ByHand = ("by", "hand");

    private readonly ConcurrentDictionary<JobId, CancellationTokenSource> _own = new();

    /// <summary>Somebody wanted this job to end, not all of them: its start is not made up for.</summary>
    public static bool WasCancelledByHand(Failure? failure) => failure is { Code: FailureCode.Cancelled } f && f.Arguments.GetValueOrDefault(ByHand.Name) == ByHand.Value;

    /// <summary>Asks a job of this process to end cleanly, whoever began it; it takes its own time for that.</summary>
    /// <returns>False: no such job runs in this process.</returns>
    public bool Cancel(JobId job)
    {
        if (!_own.TryGetValue(job, out var own)) return false;
        try
        {
            _ = own.CancelAsync();
            return true;
        }
        catch (ObjectDisposedException)
        {
            // It has just ended.
            return false;
        }
    }

    /// <param name="job">Its state, times and process are set here.</param>
    /// <param name="due">When a plan wanted it to have begun; null: nobody planned it.</param>
    /// <param name="work">Returns the result, the point's id (null: as given) and the warnings.</param>
    /// <exception cref="FailureException">VmBackupRunning, DataFolderUnusable: no job began.</exception>
    public async Task<JobOutcome<T>> RunAsync<T>(
        JobRecord job, IJobEvents watcher, Func<IJobEvents, CancellationToken, Task<JobResult<T>>> work, CancellationToken ct, DateTimeOffset? due = null) where T : class
    {
        var outcome = await RunHeldAsync(job, watcher, work, due, ct);
        // After the lock: whoever hears of the end may begin the next job at once.
        watcher.Publish(new JobEnded(job.Id, clock.GetUtcNow(), outcome.State, outcome.Failure));
        return outcome;
    }

    /// <summary>Jobs that say "running" and whose process is gone are ended as what they are.</summary>
    public void EndAbandoned()
    {
        foreach (var job in jobs.ListRunning())
        {
            using var free = JobLock.TryTake(folder, job.LockName);
            if (free is null) continue;
            var gone = Failure.Of(FailureCode.JobOwnerGone, Stage.Input).With(new("process", $"{job.ProcessId}")).CanRetry();
            // A backup whose point was committed has done its work: it must not be done twice. Of a restore the point is where it came from.
            var done = job is { Kind: JobKind.Backup, Point: not null };
            if (done) jobs.AddWarning(job.Id, gone);
            jobs.End(
                job.Id, done ? JobState.CompletedWithWarnings : JobState.Failed, clock.GetUtcNow(), null, job.BytesDone, job.BytesStored, done ? null : gone);
        }
    }

    private async Task<JobOutcome<T>> RunHeldAsync<T>(
        JobRecord job, IJobEvents watcher, Func<IJobEvents, CancellationToken, Task<JobResult<T>>> work, DateTimeOffset? due, CancellationToken ct) where T : class
    {
        using var held = JobLock.TryTake(folder, job.LockName) ?? throw Running(job);
        using var own = CancellationTokenSource.CreateLinkedTokenSource(ct);
        var began = clock.GetUtcNow();
        var together = 1 + jobs.ListRunning().Count(j => j.Kind == JobKind.Backup && j.Host == job.Host);
        jobs.Add(job with { State = JobState.Running, Started = began, ProcessId = Environment.ProcessId });
        _own[job.Id] = own;
        watcher.Publish(new JobBegan(job.Id, began, job.Kind, job.Vm));
        var recorder = new JobRecorder(jobs, watcher);
        JobResult<T>? result = null;
        Failure? failure = null;
        try
        {
            result = await work(recorder, own.Token);
        }
        catch (FailureException e)
        {
            failure = e.Failure;
        }
        catch (OperationCanceledException) when (own.IsCancellationRequested)
        {
            failure = Failure.Of(FailureCode.Cancelled, Stage.Input);
        }
        catch (Exception e)
        {
            failure = Bug(e, job.Id);
        }
        if (failure is { Code: FailureCode.Cancelled } && own.IsCancellationRequested && !ct.IsCancellationRequested) failure = Failure.Of(FailureCode.Cancelled, failure.Stage, ByHand);
        var warnings = result?.Warnings ?? recorder.Warnings;
        if (await recorder.FinishAsync() is { } unrecorded) warnings = [.. warnings, unrecorded];
        var state = failure switch
        {
            null => warnings.Count > 0 ? JobState.CompletedWithWarnings : JobState.Completed,
            { Code: FailureCode.Cancelled } => JobState.Cancelled,
            _ => JobState.Failed,
        };
        try
        {
            result?.Record?.Invoke();
            jobs.End(job.Id, state, clock.GetUtcNow(), result?.Point, recorder.BytesDone, result?.BytesStored ?? recorder.BytesStored, failure);
            if (JobFacts.Wanted(failure, warnings))
            {
                IReadOnlyList<Fact> turn = job.Kind == JobKind.Backup ? [.. JobFacts.OfTurn(together, due, began)] : [];
                facts.Add(job.Id, JobFacts.Of([.. recorder.Preflight, .. turn, .. JobFacts.Of(recorder.Scripts, clock.GetUtcNow())], failure, warnings, clock.GetUtcNow()));
            }
        }
        catch (FailureException e)
        {
            // What was done is done: a catalog that cannot be written is told, not made the job's failure.
            warnings = [.. warnings, e.Failure];
        }
        if (result is not null && await AfterwardsAsync(result, job.Id, own.Token) is { } late)
        {
            warnings = [.. warnings, late];
            state = JobState.CompletedWithWarnings;
        }
        _own.TryRemove(job.Id, out _);
        return new(job.Id, state, result?.Value, failure, warnings);
    }

    private async Task<Failure?> AfterwardsAsync<T>(JobResult<T> result, JobId job, CancellationToken ct) where T : class
    {
        Failure? warning = null;
        try
        {
            if (result.Afterwards is { } afterwards) warning = await afterwards(ct);
        }
        catch (Exception e)
        {
            warning = Bug(e, job);
        }
        try
        {
            if (warning is not null) jobs.WarnLate(job, warning);
        }
        catch (FailureException)
        {
            // Told with the outcome; a catalog that cannot be written cannot keep it.
        }
        return warning;
    }

    public static Failure Bug(Exception e, JobId? job) =>
        (job is { } id ? Failure.Of(FailureCode.InternalError, Stage.Input, ("job", id.ToString())) : Failure.Of(FailureCode.InternalError, Stage.Input))
        .With(new(e.GetType().FullName!, e.ToString()));

    private FailureException Running(JobRecord job)
    {
        var owner = jobs.FindRunning(job.LockName);
        return new(owner is null
            ? Failure.Of(FailureCode.VmBackupRunning, Stage.Preflight, ("vm", job.Vm)).CanRetry()
            : Failure.Of(FailureCode.VmBackupRunning, Stage.Preflight, ("vm", job.Vm), ("pid", $"{owner.ProcessId}"), ("job", owner.Id.ToString())).CanRetry());
    }
}

/// <param name="Point">The point the job made; null when it made none.</param>
/// <param name="BytesStored">Null: as last told by progress.</param>
/// <param name="Record">What else goes into the catalog once the work is done.</param>
/// <param name="Afterwards">What is done when the job's row has ended, whatever became of it; what it returns is one more warning.</param>
internal sealed record JobResult<T>(
    T Value, IReadOnlyList<Failure> Warnings, string? Point, long? BytesStored, Action? Record = null, Func<CancellationToken, Task<Failure?>>? Afterwards = null)
    where T : class;
