using Stillpoint.Control;
using Stillpoint.Control.Scheduling;
using Stillpoint.Control.Workers;
using Stillpoint.Model;
using Stillpoint.Server.Hosting;
using Stillpoint.Server.Vaults;
using Stillpoint.Vault;

namespace Stillpoint.Server.Jobs;

/// <summary>
/// What is due now, once, for whoever asks: beside the loop or, where that is off, in its place. Each start is claimed, so nothing runs twice. One run at a
/// time; whoever asks meanwhile is told of it from its beginning. It goes on without its listeners. Safe for many threads.
/// </summary>
internal sealed class DueRuns(StillpointControl control, ServerParts parts, ServiceVault vaults, JobFeed feed, Recovery recovery, ScheduleLoop loop)
{
    private readonly Lock _gate = new();
    private DueRun? _now;
    private bool _stopping;

    /// <exception cref="FailureException">VaultNotChosen, the secret's; ServiceStopping.</exception>
    public DueRun Begin()
    {
        lock (_gate)
        {
            if (_stopping) throw new FailureException(Failure.Of(FailureCode.ServiceStopping, Stage.Input).CanRetry());
            if (_now is { IsDone: false } now) return now;
            var (path, secret) = (vaults.Path, vaults.Secret());
            var run = _now = new(loop);
            run.Work = Task.Run(() => RunAsync(run, path, secret));
            return run;
        }
    }

    /// <summary>Ends the run cleanly, if there is one.</summary>
    public void Cancel()
    {
        lock (_gate) _now?.Cancel();
    }

    public async Task StopAsync()
    {
        DueRun? now;
        lock (_gate) (_stopping, now) = (true, _now);
        if (now is null) return;
        now.Cancel();
        await now.Work;
    }

    private async Task RunAsync(DueRun run, string path, VaultSecret secret)
    {
        try
        {
            using (secret)
            {
                await recovery.RunAsync(null, run.Token);
                using var scheduler = new BackupScheduler(control, parts.Connect, new VaultAccess(path, secret), run, feed, parts.Clock);
                await scheduler.RunDueAsync(run.Token);
            }
        }
        catch (FailureException e)
        {
            run.Publish(new LookFailed(parts.Clock.GetUtcNow(), e.Failure));
        }
        catch (OperationCanceledException) when (run.Token.IsCancellationRequested)
        {
            run.Publish(new LookFailed(parts.Clock.GetUtcNow(), Failure.Of(FailureCode.Cancelled, Stage.Input)));
        }
        finally
        {
            run.End();
        }
    }
}

/// <summary>One run, and all it has told so far.</summary>
internal sealed class DueRun(ISchedulerEvents also) : ISchedulerEvents
{
    private readonly Lock _gate = new();
    private readonly CancellationTokenSource _cancel = new();
    private readonly List<SchedulerEvent> _told = [];
    private TaskCompletionSource _more = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private bool _done;

    public Task Work { get; set; } = Task.CompletedTask;

    public CancellationToken Token => _cancel.Token;

    public bool IsDone
    {
        get
        {
            lock (_gate) return _done;
        }
    }

    public void Cancel() => _ = _cancel.CancelAsync();

    public void Publish(SchedulerEvent schedulerEvent)
    {
        also.Publish(schedulerEvent);
        lock (_gate) _told.Add(schedulerEvent);
        Wake();
    }

    public void End()
    {
        lock (_gate) _done = true;
        Wake();
    }

    /// <summary>What was told after the first <paramref name="seen"/>, whether that is all, and what to wait for.</summary>
    public (IReadOnlyList<SchedulerEvent> Told, bool Done, Task More) After(int seen)
    {
        lock (_gate) return ([.. _told.Skip(seen)], _done, _more.Task);
    }

    private void Wake()
    {
        TaskCompletionSource before;
        lock (_gate) (before, _more) = (_more, new(TaskCreationOptions.RunContinuationsAsynchronously));
        before.SetResult();
    }
}
