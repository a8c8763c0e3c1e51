using Stillpoint.Cli.Session;
using Stillpoint.Contracts;
using Stillpoint.Control.Catalog;
using Stillpoint.Model;

namespace Stillpoint.Cli.Service;

/// <param name="Report">What it has done, in full; null: the service does not know it any more.</param>
internal sealed record EndedJob(JobRecord Job, IReadOnlyList<Failure> Warnings, JobReportView? Report)
{
    /// <summary>Why there is nothing to show: it failed, or what it did is not told any more, though it is done and in the job.</summary>
    public Failure? Failed(object? result) => Job.Failure ?? (result is null ? Failure.Of(FailureCode.JobReportGone, Stage.Connect, ("job", Job.Id.ToString())) : null);
}

/// <summary>
/// A job that the service runs for a command. The first interruption asks the service to cancel it and waits for its clean end; the second leaves it
/// to the service and says so.
/// </summary>
internal sealed class ServiceJob(Invocation call, ServiceLink service)
{
    /// <summary>The service says something every 15 s, if only that it is there.</summary>
    public static readonly TimeSpan Silence = TimeSpan.FromSeconds(90);

    /// <param name="start">Gets the key under which the request begins one job only.</param>
    /// <exception cref="FailureException">No job began, for whatever the service said; ServiceOutOfReach, also of a job that nothing is heard of any more; JobGoesOn: it was left to the service.</exception>
    public async Task<EndedJob> RunAsync(Func<StillpointClient, string, CancellationToken, Task<JobStarted>> start, IJobEvents watcher, CancellationToken ct)
    {
        using var left = call.World.Second.Listen();
        var key = Ulid.New(call.World.Clock).ToString();
        // Not ended by the first interruption: what has begun by then must be known to be cancelled.
        var job = (await service.AskAsync(c => start(c, key, left.Token))).Job;
        try
        {
            await using var asked = ct.Register(() => _ = CancelAsync(job));
            return await FollowAsync(job, watcher, left.Token);
        }
        catch (OperationCanceledException) when (left.Token.IsCancellationRequested)
        {
            throw new FailureException(FailureCode.JobGoesOn, Stage.Input, ("job", job));
        }
    }

    private async Task<EndedJob> FollowAsync(string job, IJobEvents watcher, CancellationToken left)
    {
        var id = Received.JobOf(job);
        while (true)
        {
            var ended = await service.AskAsync(async client =>
            {
                using var silent = new CancellationTokenSource(Silence, call.World.Clock);
                using var either = CancellationTokenSource.CreateLinkedTokenSource(silent.Token, left);
                try
                {
                    await foreach (var notice in client.Jobs.FollowAsync(job, either.Token))
                    {
                        silent.CancelAfter(Silence);
                        if (notice.ToEvent(id) is { } told) watcher.Publish(told);
                        if (notice.Kind == "ended") return true;
                    }
                    return false;
                }
                catch (OperationCanceledException) when (!left.IsCancellationRequested)
                {
                    throw service.OutOfReach($"no word of job {job} for 90 s");
                }
            });
            var now = (await service.AskAsync(c => c.Jobs.ShowAsync(job, left))).ToDetails();
            // A stream that was cut off is listened to again.
            if (!ended && now.Job.Ended is null) continue;
            var report = await service.AskAsync(c => c.Jobs.ReportAsync(job, left));
            return new(now.Job, report?.Warnings.ToFailures() ?? now.Warnings, report);
        }
    }

    /// <summary>A job that is over by then, or a service that is, shows by the stream.</summary>
    private async Task CancelAsync(string job)
    {
        try
        {
            await service.DoAsync(c => c.Jobs.CancelAsync(job, CancellationToken.None));
        }
        catch (FailureException)
        {
        }
    }
}

/// <summary>Of a job that is watched for nothing but its bytes.</summary>
internal sealed class CountedBytes(Action<long> count) : IJobEvents
{
    private long _before;

    public void Publish(JobEvent jobEvent)
    {
        if (jobEvent is not Progressed { DoneBytes: var done } || done <= _before) return;
        count(done - _before);
        _before = done;
    }
}
