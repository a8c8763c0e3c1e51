using System.Collections.Concurrent;
using Stillpoint.Contracts;
using Stillpoint.Engine.Capture;
using Stillpoint.Engine.Points;
using Stillpoint.Engine.Repairs;
using Stillpoint.Engine.Restore;
using Stillpoint.Model;
using Stillpoint.Server.Http;
using Stillpoint.Server.Points;
using Stillpoint.Vault;

namespace Stillpoint.Server.Jobs;

/// <param name="Result">What its work returned; null where it failed.</param>
internal sealed record JobReport(object? Result, IReadOnlyList<Failure> Warnings)
{
    /// <summary>Null: there is nothing that the job itself does not tell.</summary>
    public JobReportView? ToView(Words words, HttpContext context)
    {
        var bare = new JobReportView(words.Views(Warnings, context));
        return Result switch
        {
            CaptureResult r => bare with { Point = r.Point.ToView(words, context) },
            RestoreResult r => bare with
            {
                Restored = new(r.Point.ToString(), r.VmName, r.Vm?.ToString(), [.. r.Disks.Select(d => new RestoredDiskView(d.Name, d.Target, d.Format, d.SizeBytes))]),
            },
            GcReport r => bare with
            {
                Gc = new(
                    r.DryRun, r.Unfinished, r.PointsTaken, r.PointsInUse, r.PointsHeld, r.PacksDeleted, r.BytesFreed, r.BytesRepacked, r.BytesLive, r.SegmentsBefore,
                    r.SegmentsAfter, r.LeasesRemoved),
            },
            VerifyReport r => bare with
            {
                Verify = new(
                    r.Objects, r.Bytes, words.Views(r.Damage, context),
                    [.. r.Points.Select(p => new DamagedPointView(p.Point.ToString(), p.Series, p.Tree, p.Blocks < 0 ? null : p.Blocks))], r.Left, r.PointsLeft),
            },
            CopyReport r => bare with
            {
                Copy = new(r.Vault.ToString(), r.Made, [.. r.Points.Select(p => p.ToString())], r.PointsThere, r.Packs, r.Bytes, words.Views(r.Failures, context)),
            },
            RepairRecord r => bare with { Repair = new(r.Repair, r.Cause, r.End.ToText(), r.Failure) },
            _ => null,
        };
    }
}

/// <summary>Reports of the last jobs that were asked for, as long as the service runs: the catalog has what must outlive it. Safe for many threads.</summary>
internal sealed class JobReports
{
    private const int Most = 500;
    private readonly ConcurrentDictionary<JobId, JobReport> _reports = new();
    private readonly ConcurrentQueue<JobId> _order = new();

    public JobReport? Find(JobId job) => _reports.GetValueOrDefault(job);

    public void Keep<T>(JobOutcome<T> outcome) where T : class => Keep(outcome.Job, new(outcome.Result, outcome.Warnings));

    public void Keep(JobId job, JobReport report)
    {
        if (!_reports.TryAdd(job, report)) return;
        _order.Enqueue(job);
        while (_order.Count > Most && _order.TryDequeue(out var oldest)) _reports.TryRemove(oldest, out _);
    }
}
