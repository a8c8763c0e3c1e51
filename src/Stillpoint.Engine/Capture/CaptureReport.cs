using System.Collections.Concurrent;
using Stillpoint.Model;

namespace Stillpoint.Engine.Capture;

/// <summary>Tells a job's events and collects its warnings.</summary>
internal sealed class CaptureReport(JobId job, IJobEvents events, TimeProvider clock)
{
    private readonly ConcurrentQueue<Failure> _warnings = new();

    public IReadOnlyList<Failure> Warnings => [.. _warnings];

    public void Warn(Failure warning)
    {
        _warnings.Enqueue(warning);
        events.Publish(new WarningRaised(job, clock.GetUtcNow(), warning));
    }

    /// <summary>Runs a sub task and tells its beginning and its end, however it ends.</summary>
    public async Task<T> SubTaskAsync<T>(SubTask subTask, Func<Task<T>> work)
    {
        events.Publish(new SubTaskStarted(job, clock.GetUtcNow(), subTask));
        Failure? failure = Failure.Of(FailureCode.Cancelled, Stage.Input);
        try
        {
            var result = await work();
            failure = null;
            return result;
        }
        catch (FailureException e)
        {
            failure = e.Failure;
            throw;
        }
        finally
        {
            events.Publish(new SubTaskFinished(job, clock.GetUtcNow(), subTask, failure));
        }
    }
}
