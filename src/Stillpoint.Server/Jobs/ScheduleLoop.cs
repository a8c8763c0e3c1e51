using Stillpoint.Control;
using Stillpoint.Control.Scheduling;
using Stillpoint.Control.Workers;
using Stillpoint.Model;
using Stillpoint.Server.Hosting;
using Stillpoint.Server.Vaults;

namespace Stillpoint.Server.Jobs;

/// <summary>Backups without anyone watching: Control's scheduler for as long as the service runs. Without a vault, or its key, it waits for them and says so.</summary>
internal sealed class ScheduleLoop(StillpointControl control, ServerParts parts, ServiceVault vaults, JobFeed feed, ILogger<ScheduleLoop> log) : ISchedulerEvents
{
    private readonly CancellationTokenSource _stop = new();
    private Task _running = Task.CompletedTask;

    public void Start() => _running = Task.Run(RunAsync);

    /// <summary>Cancels what it runs and waits for the clean ends.</summary>
    public async Task StopAsync()
    {
        await _stop.CancelAsync();
        await _running;
    }

    public void Publish(SchedulerEvent schedulerEvent)
    {
        switch (schedulerEvent)
        {
            case RunStarted e:
                log.LogInformation("job {Job} of {Vm} is due", e.Job, e.Start.Vm.Id);
                break;
            case RunEnded { Failure: { } failure } e:
                log.LogWarning("job {Job} of {Vm}: {Failure}", e.Job, e.Start.Vm.Id, failure);
                break;
            case HostOutOfReach e:
                log.LogWarning("{Host} is out of reach, its VMs wait: {Failure}", e.Uri, e.Failure);
                break;
            case CareEnded e:
                log.LogInformation("{Kind} job {Job}: {State}", e.Kind.ToText(), e.Job, e.State.ToText());
                break;
            case LookFailed e:
                log.LogWarning("looking for what is due: {Failure}", e.Failure);
                break;
        }
    }

    private async Task RunAsync()
    {
        FailureCode? told = null;
        while (!_stop.IsCancellationRequested)
        {
            try
            {
                using var secret = vaults.Secret();
                using var scheduler = new BackupScheduler(control, parts.Connect, new VaultAccess(vaults.Path, secret), this, feed, parts.Clock);
                await scheduler.RunAsync(_stop.Token);
            }
            catch (FailureException e)
            {
                if (told != e.Failure.Code) log.LogWarning("nothing is scheduled: {Failure}", e.Failure);
                told = e.Failure.Code;
                await WaitAsync();
            }
            catch (OperationCanceledException) when (_stop.IsCancellationRequested)
            {
            }
        }
    }

    private async Task WaitAsync()
    {
        try
        {
            await Task.Delay(BackupScheduler.Period, parts.Clock, _stop.Token);
        }
        catch (OperationCanceledException)
        {
        }
    }
}
