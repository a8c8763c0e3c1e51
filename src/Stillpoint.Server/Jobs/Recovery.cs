using Stillpoint.Control;
using Stillpoint.Hypervisor;
using Stillpoint.Model;
using Stillpoint.Server.Hosting;

namespace Stillpoint.Server.Jobs;

/// <summary>Before anything else, and before each job: what interrupted jobs left behind is thawed, ended and cleaned up. One at a time.</summary>
internal sealed class Recovery(StillpointControl control, ServerParts parts, ILogger<Recovery> log) : IDisposable
{
    private readonly SemaphoreSlim _one = new(1);

    /// <summary>Guests are free and jobs ended when this returns; restores are finished if the host answers, else before the next job.</summary>
    public async Task AtStartAsync(CancellationToken ct)
    {
        try
        {
            await using var host = await parts.Connect(HostUri.Parse(parts.Options.Host), ct);
            await RunAsync(host, ct);
        }
        catch (FailureException e)
        {
            log.LogWarning("the host does not answer yet: {Failure}", e.Failure);
            await RunAsync(null, ct);
        }
    }

    /// <param name="host">Null: restores are left as they are.</param>
    public async Task RunAsync(IHypervisorHost? host, CancellationToken ct)
    {
        await _one.WaitAsync(ct);
        try
        {
            foreach (var job in await control.RecoverAsync(parts.Connect, null, Warn, ct))
            {
                if (job.Left is { } left) log.LogWarning("job {Job} of {Vm} was interrupted; left: {Failure}", job.Job, job.VmName, left);
                else log.LogInformation("job {Job} of {Vm} was interrupted; thawed: {Thawed}, cleaned up: {Closed}", job.Job, job.VmName, job.Thawed, job.Closed);
            }
            foreach (var (repair, left) in await control.EndRepairsAsync(parts.Connect, Warn, ct))
            {
                if (left is not null) log.LogWarning("repair {Repair} of {Vm} was interrupted; left: {Failure}", repair.Repair, repair.VmName, left);
                else log.LogWarning("repair {Repair} of {Vm} was interrupted: {End}", repair.Repair, repair.VmName, repair.End.ToText());
            }
            if (host is null) return;
            foreach (var restore in await control.FinishRestoresAsync(host, Warn, ct))
            {
                if (restore.Left is { } left) log.LogWarning("restore {Job} of {Vm} was interrupted; left: {Failure}", restore.Job, restore.VmName, left);
                else log.LogInformation("restore {Job} of {Vm} was interrupted; finished: {Finished}", restore.Job, restore.VmName, restore.Result is not null);
            }
        }
        finally
        {
            _one.Release();
        }
    }

    public void Dispose() => _one.Dispose();

    private void Warn(Failure failure) => log.LogWarning("{Failure}", failure);
}
