using System.Net.ServerSentEvents;
using System.Runtime.CompilerServices;
using Microsoft.AspNetCore.Http.HttpResults;
using Stillpoint.Contracts;
using Stillpoint.Control;
using Stillpoint.Model;
using Stillpoint.Server.Access;
using Stillpoint.Server.Http;

namespace Stillpoint.Server.Jobs;

/// <summary>
/// Live events. A stream that ends without <c>ended</c> was too slow, or the service stopped: whoever listens looks at the job and listens again.
/// </summary>
internal static class JobEvents
{
    private static readonly TimeSpan Heartbeat = TimeSpan.FromSeconds(15);

    /// <summary>Of a job that has ended: its end alone.</summary>
    public static ServerSentEventsResult<JobNotice> OfJob(
        string job, StillpointControl control, RunningJobs running, JobFeed feed, Words words, TimeProvider clock, HttpContext context, CancellationToken ct)
    {
        // Listening before looking: what happens between the two is in the feed.
        var listener = feed.Listen();
        try
        {
            var found = JobViews.Find(control, job, context.Caller()).Job;
            return TypedResults.ServerSentEvents(Told(FollowAsync(found.Id, listener, control, running, words, clock, context, ct)));
        }
        catch (FailureException)
        {
            listener.Dispose();
            throw;
        }
    }

    public static ServerSentEventsResult<JobNotice> OfAll(JobFeed feed, Words words, TimeProvider clock, HttpContext context, CancellationToken ct) =>
        TypedResults.ServerSentEvents(Told(AllAsync(feed.Listen(), words, clock, context, ct)));

    private static async IAsyncEnumerable<JobNotice> FollowAsync(
        JobId job, JobFeed.Listener listener, StillpointControl control, RunningJobs running, Words words, TimeProvider clock, HttpContext context,
        [EnumeratorCancellation] CancellationToken ct)
    {
        using (listener)
        {
            var now = control.Jobs.Find(job.ToString());
            yield return new("began", job.ToString(), now.Job.Started, Vm: now.Job.Vm, State: now.Job.State.ToText(), DoneBytes: now.Job.BytesDone, StoredBytes: now.Job.BytesStored);
            foreach (var s in now.SubTasks)
            {
                yield return new("sub-task-started", job.ToString(), s.Started, s.SubTask.ToText());
                if (s.Ended is { } ended) yield return new("sub-task-finished", job.ToString(), ended, s.SubTask.ToText(), Failure: words.Maybe(s.Failure, context));
            }
            // Ended in the catalog, a job may hold its lock for a moment yet: then the feed tells its end.
            if (now.Job.Ended is { } end && !running.IsRunning(job))
            {
                yield return new("ended", job.ToString(), end, State: now.Job.State.ToText(), Point: now.Job.Point, Failure: words.Maybe(now.Job.Failure, context));
                yield break;
            }
            await foreach (var told in ReadAsync(listener, clock, ct))
            {
                if (told is not { } t) yield return new("heartbeat", null, clock.GetUtcNow());
                else if (t.Event.Job == job && NoticeOf(t, words, context) is { Kind: not "began" } notice)
                {
                    yield return notice;
                    if (t.Event is JobEnded) yield break;
                }
            }
        }
    }

    private static async IAsyncEnumerable<JobNotice> AllAsync(
        JobFeed.Listener listener, Words words, TimeProvider clock, HttpContext context, [EnumeratorCancellation] CancellationToken ct)
    {
        using (listener)
        {
            // At once, so that whoever connects knows that it listens.
            yield return new("heartbeat", null, clock.GetUtcNow());
            await foreach (var told in ReadAsync(listener, clock, ct))
            {
                if (told is not { } t) yield return new("heartbeat", null, clock.GetUtcNow());
                else if (context.Caller().MaySee(t.Vm) && NoticeOf(t, words, context) is { } notice) yield return notice;
            }
        }
    }

    /// <summary>Null: nothing happened for a while.</summary>
    private static async IAsyncEnumerable<JobFeed.Told?> ReadAsync(JobFeed.Listener listener, TimeProvider clock, [EnumeratorCancellation] CancellationToken ct)
    {
        var waiting = listener.Reader.WaitToReadAsync(ct).AsTask();
        while (true)
        {
            if (await BeatsAsync(waiting, clock, ct))
            {
                yield return null;
                continue;
            }
            if (!await waiting) yield break;
            while (listener.Reader.TryRead(out var told)) yield return told;
            waiting = listener.Reader.WaitToReadAsync(ct).AsTask();
        }
    }

    private static async Task<bool> BeatsAsync(Task waiting, TimeProvider clock, CancellationToken ct)
    {
        try
        {
            await waiting.WaitAsync(Heartbeat, clock, ct);
            return false;
        }
        catch (TimeoutException)
        {
            return true;
        }
    }

    private static JobNotice? NoticeOf(JobFeed.Told told, Words words, HttpContext context)
    {
        var job = told.Event.Job.ToString();
        return told.Event switch
        {
            JobBegan e => new("began", job, e.At, Vm: e.Vm, State: JobState.Running.ToText()),
            SubTaskStarted e => new("sub-task-started", job, e.At, e.SubTask.ToText()),
            SubTaskFinished e => new("sub-task-finished", job, e.At, e.SubTask.ToText(), Failure: words.Maybe(e.Failure, context)),
            Progressed e => new("progress", job, e.At, e.SubTask.ToText(), e.DoneBytes, e.TotalBytes, e.StoredBytes),
            WaitingForGuest e => new("waiting", job, e.At, Failure: words.View(e.Why, context), Seconds: e.Patience.TotalSeconds),
            WarningRaised e => new("warning", job, e.At, Failure: words.View(e.Warning, context)),
            PointCommitted e => new("point", job, e.At, Point: e.Point.Id.ToString()),
            InterruptedJobCleared e when context.Caller().Sees(e.VmName) => new("cleared", e.Interrupted, e.At, Vm: e.VmName),
            JobEnded e => new("ended", job, e.At, State: e.State.ToText(), Failure: words.Maybe(e.Failure, context)),
            _ => null,
        };
    }

    private static async IAsyncEnumerable<SseItem<JobNotice>> Told(IAsyncEnumerable<JobNotice> notices)
    {
        await foreach (var notice in notices) yield return new(notice, notice.Kind);
    }
}
