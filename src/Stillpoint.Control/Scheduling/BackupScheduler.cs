using System.Collections.Concurrent;
using Stillpoint.Control.Alerts;
using Stillpoint.Control.Catalog;
using Stillpoint.Control.Jobs;
using Stillpoint.Control.Planning;
using Stillpoint.Control.Workers;
using Stillpoint.Engine.Capture;
using Stillpoint.Hypervisor;
using Stillpoint.Model;

namespace Stillpoint.Control.Scheduling;

/// <summary>
/// Starts what is due: as a loop for a daemon, or once for a timer. Any number of them, in any processes, may work on one data folder: each start is claimed in
/// the catalog. Recovery of the journal is the host's, before the first look.
/// </summary>
public sealed class BackupScheduler : IDisposable
{
    /// <summary>Between two looks at hosts and plan, unless something changes.</summary>
    public static readonly TimeSpan Period = TimeSpan.FromMinutes(1);

    private readonly StillpointControl _control;
    private readonly Func<HostUri, CancellationToken, Task<IHypervisorHost>> _connect;
    private readonly VaultAccess _vault;
    private readonly ISchedulerEvents _events;
    private readonly IJobEvents _watcher;
    private readonly TimeProvider _clock;
    private readonly HostLook _hosts;
    private readonly VaultCare _care;
    private readonly string _owner;
    private readonly JobLock _alive;
    private IReadOnlySet<string> _outOfReach = new HashSet<string>();
    private DateTimeOffset _lookedAt = DateTimeOffset.MinValue;

    /// <summary>VMs of which a start came to no job: they wait for the next look at the hosts.</summary>
    private readonly ConcurrentDictionary<VmId, bool> _waiting = [];

    /// <summary>An alert in the language of whoever is told of it; where nobody says, its code.</summary>
    public Func<Alert, string> AlertWords { get; init; } = static a => $"{a.Condition.Name}: {a.Condition.Kind.ToText()}";

    /// <param name="vault">Where points go; its secret must live as long as this.</param>
    /// <param name="watcher">Gets the events of every job, of several at once.</param>
    /// <exception cref="FailureException">DataFolderUnusable.</exception>
    public BackupScheduler(
        StillpointControl control, Func<HostUri, CancellationToken, Task<IHypervisorHost>> connect, VaultAccess vault, ISchedulerEvents events, IJobEvents watcher,
        TimeProvider clock)
    {
        (_control, _connect, _vault, _events, _watcher, _clock) = (control, connect, vault, events, watcher, clock);
        _hosts = new(control, connect, events, clock);
        _care = new(control, vault, clock);
        _owner = $"{JobLock.UsedOnce}scheduler-{JobId.New(clock)}";
        _alive = JobLock.TryTake(control.Folder, _owner) ?? throw new InvalidOperationException($"{_owner} is taken");
    }

    /// <summary>All that is due now and comes due while it runs, then the vault's care; returns when nothing is left to start.</summary>
    /// <exception cref="FailureException">DataFolderUnusable.</exception>
    public Task RunDueAsync(CancellationToken ct) => LoopAsync(once: true, ct);

    /// <summary>Until cancelled; then what runs is cancelled cleanly before this returns.</summary>
    public Task RunAsync(CancellationToken ct) => LoopAsync(once: false, ct);

    public void Dispose() => _alive.Dispose();

    private async Task LoopAsync(bool once, CancellationToken ct)
    {
        var running = new List<Task>();
        Task? care = null, telling = null;
        var cared = false;
        try
        {
            while (!ct.IsCancellationRequested)
            {
                // Taken before the look: a change during it wakes the next one.
                var changed = _control.Changes.Next;
                foreach (var start in await LookAsync(once, ct)) running.Add(RunAsync(start, ct));
                foreach (var ended in running.Where(t => t.IsCompleted).ToList())
                {
                    running.Remove(ended);
                    await ended;
                }
                if (care is { IsCompleted: true })
                {
                    await care;
                    care = null;
                }
                var idle = running.Count == 0;
                if (once && idle && cared && care is null)
                {
                    await TellAsync(ct);
                    return;
                }
                if (care is null && (!once || idle)) (care, cared) = (CareAsync(idle, ct), true);
                if (telling is { IsCompleted: true })
                {
                    await telling;
                    telling = null;
                }
                // A way to tell people may be slow: no start waits for it.
                if (!once) telling ??= TellAsync(ct);
                // A daemon's care leaves nothing to start: it wakes nobody.
                await WaitAsync([.. running, changed, .. once && care is not null ? [care] : Array.Empty<Task>()], ct);
            }
        }
        finally
        {
            await Task.WhenAll([.. running, care ?? Task.CompletedTask, telling ?? Task.CompletedTask]);
        }
        ct.ThrowIfCancellationRequested();
    }

    private async Task WaitAsync(IReadOnlyList<Task> wakers, CancellationToken ct)
    {
        using var end = CancellationTokenSource.CreateLinkedTokenSource(ct);
        await Task.WhenAny([.. wakers, Task.Delay(Period, _clock, end.Token)]);
        await end.CancelAsync();
    }

    private async Task<IReadOnlyList<ClaimedStart>> LookAsync(bool once, CancellationToken ct)
    {
        try
        {
            _control.EndAbandoned();
            if (_clock.GetUtcNow() - _lookedAt >= Period)
            {
                _waiting.Clear();
                _outOfReach = await _hosts.RunAsync(ct);
                _lookedAt = _clock.GetUtcNow();
            }
            var plan = _control.Plans.Make(_vault.Path, Period);
            return _control.Claims.Take(plan with { Starts = [.. plan.Starts.Where(s => !_waiting.ContainsKey(s.Vm.Id))] }, _outOfReach, _vault.Path, _owner);
        }
        catch (FailureException e) when (!once)
        {
            _events.Publish(new LookFailed(_clock.GetUtcNow(), e.Failure));
            return [];
        }
        catch (OperationCanceledException) when (ct.IsCancellationRequested)
        {
            return [];
        }
    }

    private async Task RunAsync(ClaimedStart claim, CancellationToken ct)
    {
        var (start, job) = (claim.Start, claim.Job);
        _events.Publish(new RunStarted(_clock.GetUtcNow(), start, job));
        try
        {
            await using var host = await _connect(HostUri.Parse(start.Vm.Host), ct);
            var order = new BackupOrder(job, start.Vm.Id.ToString(), start.Vm.Policy.Capture, new HashSet<string>());
            // What is made up for was not held up by others, but by nobody being there.
            var due = start.Kind == StartKind.Scheduled ? start.Window.Closes : (DateTimeOffset?)null;
            var outcome = await _control.BackUpAsync(host, _vault, order, _watcher, ct, due);
            _events.Publish(new RunEnded(_clock.GetUtcNow(), start, job, outcome.State, outcome.Result?.Point, outcome.Failure, outcome.Warnings));
        }
        catch (FailureException e)
        {
            // No job began: its host went, or another job of the VM was faster.
            _waiting[start.Vm.Id] = true;
            _events.Publish(new RunEnded(_clock.GetUtcNow(), start, job, null, null, e.Failure, []));
        }
        catch (OperationCanceledException) when (ct.IsCancellationRequested)
        {
        }
        finally
        {
            _control.Claims.Release(job);
        }
    }

    private async Task CareAsync(bool idle, CancellationToken ct)
    {
        try
        {
            await foreach (var ended in _care.RunDueAsync(idle, _watcher, ct)) _events.Publish(ended);
        }
        catch (FailureException e)
        {
            _events.Publish(new LookFailed(_clock.GetUtcNow(), e.Failure));
        }
    }

    private async Task TellAsync(CancellationToken ct)
    {
        try
        {
            await _control.AlertWatch.LookAsync(_vault.Path, AlertWords, f => _events.Publish(new LookFailed(_clock.GetUtcNow(), f)), ct);
        }
        catch (FailureException e)
        {
            _events.Publish(new LookFailed(_clock.GetUtcNow(), e.Failure));
        }
        catch (OperationCanceledException) when (ct.IsCancellationRequested)
        {
        }
    }
}
