using System.Runtime.CompilerServices;
using Stillpoint.Control.Catalog;
using Stillpoint.Control.Jobs;
using Stillpoint.Control.Workers;
using Stillpoint.Model;

namespace Stillpoint.Control.Scheduling;

/// <summary>
/// Retention, garbage collection and verification of the vault, each a job, one after the other. Retention follows backups, whether they succeed or not, and
/// comes once a day without any; the others have schedules. What failed is tried again an hour later.
/// </summary>
internal sealed class VaultCare(StillpointControl control, VaultAccess vault, TimeProvider clock)
{
    private static readonly TimeSpan Hour = TimeSpan.FromHours(1);
    private static readonly TimeSpan Day = TimeSpan.FromDays(1);
    private static readonly TimeSpan ShortestGc = TimeSpan.FromMinutes(30);

    private readonly CareWork _work = new(control, vault, clock);

    /// <param name="idle">No backup of this process is under way: retention need not wait for more of them.</param>
    public async IAsyncEnumerable<CareEnded> RunDueAsync(bool idle, IJobEvents watcher, [EnumeratorCancellation] CancellationToken ct)
    {
        var settings = control.Settings.Scheduler;
        if (RetentionIsDue(idle) && await RunAsync(JobKind.Retention, _work.RetainAsync, watcher, ct) is { } retained) yield return retained;
        if (settings.Gc is { } gc && Due(JobKind.Gc, gc) is { } window)
        {
            var left = window.Closes - clock.GetUtcNow();
            if (await RunAsync(JobKind.Gc, (events, token) => _work.CollectAsync(left > ShortestGc ? left : ShortestGc, token), watcher, ct) is { } collected) yield return collected;
        }
        var bound = TimeSpan.FromMinutes(settings.VerifyMinutes);
        if (settings.Verify is { } verify && Due(JobKind.Verify, verify) is not null &&
            await RunAsync(JobKind.Verify, (events, token) => _work.VerifyAsync(bound, token), watcher, ct) is { } verified) yield return verified;
    }

    private bool RetentionIsDue(bool idle)
    {
        var protects = control.Protection.List().Where(v => v.Orphaned is null).Select(v => v.Policy).ToHashSet();
        if (!control.Policies.List().Any(p => !p.Policy.Retention.IsEmpty && protects.Contains(p.Policy.Name))) return false;
        var (now, last) = (clock.GetUtcNow(), control.Jobs.Last(JobKind.Retention, vault.Path));
        if (last is null) return true;
        if (!IsGood(last)) return now - last.Started >= Hour;
        return now - last.Started >= Day || ((idle || now - last.Started >= Hour) && control.Jobs.AnyBackupEndedSince(last.Started));
    }

    /// <summary>The window it is due for: the newest that has opened, if nothing good ran since. A window that has closed is made up for.</summary>
    private Occurrence? Due(JobKind kind, Schedule schedule)
    {
        var now = clock.GetUtcNow();
        var back = schedule.Kind is ScheduleKind.Yearly ? 400 : schedule.Kind is ScheduleKind.Hourly ? 1 : 32;
        var windows = schedule.Between(now.AddDays(-back), now.AddTicks(1)).ToList();
        if (windows.Count == 0) return null;
        var (window, last) = (windows[^1], control.Jobs.Last(kind, vault.Path));
        if (last is null) return window;
        if (IsGood(last)) return last.Started < window.Opens ? window : null;
        return now - last.Started >= Hour ? window : null;
    }

    private async Task<CareEnded?> RunAsync(JobKind kind, Func<IJobEvents, CancellationToken, Task<CareResult>> work, IJobEvents watcher, CancellationToken ct)
    {
        var id = JobId.New(clock);
        var lockName = VaultJobs.LockOf(kind, vault.Path);
        var job = new JobRecord(id, kind, JobState.Running, null, "", "", vault.Path, null, default, null, 0, 0, null, lockName, 0);
        try
        {
            var outcome = await control.Boundary.RunAsync(
                job, watcher,
                async (events, token) =>
                {
                    var result = await work(events, token);
                    return new JobResult<CareResult>(result, result.Warnings, null, null);
                },
                ct);
            return new(clock.GetUtcNow(), kind, id, outcome.State, outcome.Result?.Count ?? 0, outcome.Failure, outcome.Warnings);
        }
        catch (FailureException e) when (e.Failure.Code is FailureCode.VmBackupRunning)
        {
            // Another process does it.
            return null;
        }
    }

    private static bool IsGood(JobRecord job) => job.State is JobState.Completed or JobState.CompletedWithWarnings or JobState.Running;
}
