using System.Security.Cryptography;
using System.Text;
using Stillpoint.Control.Catalog;
using Stillpoint.Model;
using Stillpoint.Engine.Capture;
using Stillpoint.Vault;
using Stillpoint.Vault.Stores;

namespace Stillpoint.Control.Jobs;

/// <summary>Looking after a vault as jobs: recorded, watched and cancelled like a backup. One of a kind at a time for each vault.</summary>
public sealed class VaultJobs
{
    private static readonly TimeSpan TellEvery = TimeSpan.FromMilliseconds(500);

    private readonly JobBoundary _boundary;
    private readonly PlaceTable _places;
    private readonly TimeProvider _clock;

    internal VaultJobs(JobBoundary boundary, PlaceTable places, TimeProvider clock)
    {
        _boundary = boundary;
        _places = places;
        _clock = clock;
    }

    /// <summary>Damage found is the job's failure (VaultDamaged), with every damaged object as evidence.</summary>
    public Task<JobOutcome<VerifyReport>> VerifyAsync(
        OpenVault vault, string path, JobId job, VerifyOptions options, IJobEvents watcher, CancellationToken ct) =>
        VerifyAsync(vault, path, job, options, packsOnly: false, static _ => { }, watcher, ct);

    /// <param name="packsOnly">Each stored pack against its name, rather than every byte of every point.</param>
    /// <param name="found">Gets the report, of a vault with damage too.</param>
    public Task<JobOutcome<VerifyReport>> VerifyAsync(
        OpenVault vault, string path, JobId job, VerifyOptions options, bool packsOnly, Action<VerifyReport> found, IJobEvents watcher, CancellationToken ct) =>
        RunAsync(vault, path, job, JobKind.Verify, SubTask.VerifyVault, watcher, async (count, token) =>
        {
            var report = packsOnly
                ? await VaultVerify.PacksAsync(new FolderStore(path), options, _clock, count, token)
                : await VaultVerify.FullAsync(vault, options, count, token);
            found(report);
            if (report.IsWhole) return report;
            var failure = Failure.Of(FailureCode.VaultDamaged, Stage.Vault, ("object", path));
            foreach (var damage in report.Damage.Take(100)) failure = failure.With(new("damage", damage.ToString()));
            foreach (var point in report.Points.Take(100)) failure = failure.With(new("point", $"{point.Point} of {point.Series}: {point.Tree}"));
            throw new FailureException(failure);
        }, ct);

    public Task<JobOutcome<GcReport>> CollectAsync(OpenVault vault, string path, JobId job, GcOptions options, IJobEvents watcher, CancellationToken ct) =>
        RunAsync(vault, path, job, JobKind.Gc, SubTask.CollectGarbage, watcher, (_, token) => VaultGc.RunAsync(vault, options, token), ct);

    /// <summary>Points of the source that are damaged and were left out are its warnings.</summary>
    public Task<JobOutcome<CopyReport>> CopyAsync(
        OpenVault vault, string path, JobId job, string target, Func<PointInfo, bool>? chosen, IJobEvents watcher, CancellationToken ct) =>
        RunAsync(vault, path, job, JobKind.Copy, SubTask.CopyVault, watcher, async (count, token) =>
        {
            var report = await VaultCopy.RunAsync(vault, new FolderStore(target), chosen, count, token);
            _places.VaultUsed(report.Vault, target);
            return report;
        }, ct, r => r.Failures);

    private Task<JobOutcome<T>> RunAsync<T>(
        OpenVault vault, string path, JobId id, JobKind kind, SubTask subTask, IJobEvents watcher, Func<Action<long>, CancellationToken, Task<T>> work,
        CancellationToken ct, Func<T, IReadOnlyList<Failure>>? warnings = null) where T : class
    {
        var job = new JobRecord(
            id, kind, JobState.Running, null, "", "", path, null, default, null, 0, 0, null, LockOf(kind, path), 0);
        return _boundary.RunAsync(job, watcher, async (events, token) =>
        {
            events.Publish(new SubTaskStarted(id, _clock.GetUtcNow(), subTask));
            Failure? failure = Failure.Of(FailureCode.Cancelled, Stage.Input);
            try
            {
                // On threads of its own: a folder's calls block theirs.
                var result = await Task.Run(() => work(Counting(id, subTask, events), token), token);
                failure = null;
                var raised = warnings?.Invoke(result) ?? [];
                foreach (var warning in raised) events.Publish(new WarningRaised(id, _clock.GetUtcNow(), warning));
                return new JobResult<T>(result, raised, null, null);
            }
            catch (FailureException e)
            {
                failure = e.Failure;
                throw;
            }
            finally
            {
                events.Publish(new SubTaskFinished(id, _clock.GetUtcNow(), subTask, failure));
            }
        }, ct);
    }

    /// <summary>One of a kind at a time for each vault, whoever wants it: a person or the schedule.</summary>
    internal static string LockOf(JobKind kind, string path) =>
        $"vault-{kind.ToText()}-" + Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(path)))[..32];

    /// <summary>Bytes done, told twice a second at most. How many there will be is not known before.</summary>
    private Action<long> Counting(JobId job, SubTask subTask, IJobEvents events)
    {
        var gate = new Lock();
        var (done, told) = (0L, 0L);
        return bytes =>
        {
            lock (gate)
            {
                done += bytes;
                if (told != 0 && _clock.GetElapsedTime(told) < TellEvery) return;
                told = _clock.GetTimestamp();
                events.Publish(new Progressed(job, _clock.GetUtcNow(), subTask, done, 0, 0));
            }
        };
    }
}
