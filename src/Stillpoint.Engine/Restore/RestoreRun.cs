using Stillpoint.Engine.Capture;
using Stillpoint.Engine.Journal;
using Stillpoint.Engine.Points;
using Stillpoint.Engine.Transfer;
using Stillpoint.Model;
using Stillpoint.Vault;

namespace Stillpoint.Engine.Restore;

/// <summary>What the three kinds of restore share: the point, the journal entry, the work folder, the writing of the disks.</summary>
internal sealed class RestoreRun(
    RestoreOrder order, PointInfo point, PointMetadata metadata, IVault vault, EnginePaths paths, CaptureReport report, IJobEvents events,
    IRestoreHooks hooks, TimeProvider clock) : IDisposable
{
    private RestoreJournal? _journal;

    public PointInfo Point => point;

    public PointMetadata Metadata => metadata;

    public IVault Vault => vault;

    public CaptureReport Report => report;

    public IRestoreHooks Hooks => hooks;

    public RestoreJournal Journal => _journal!;

    public VmFiles VmFiles => new(vault, point, new(Journal));

    /// <summary>Name of this job's files beside old ones.</summary>
    public string NewSuffix => $".stillpoint-{order.Job}.new";

    public string OldSuffix => $".before-restore-{order.Job}";

    /// <summary>
    /// Checks space, opens the journal and runs <paramref name="work"/>. Unless the swap was journaled meanwhile, a failure or a
    /// cancel takes everything back that was made.
    /// </summary>
    public async Task<RestoreResult> RunAsync(IReadOnlyList<DiskPlan> disks, Func<Task<RestoreResult>> work, CancellationToken ct)
    {
        await TargetSpace.CheckAsync(vault, point, disks, ct);
        await hooks.ReachedAsync(RestoreStep.Checked, ct);
        var folder = Path.Combine(paths.Run, order.Job.ToString());
        _journal = RestoreJournal.Open(paths, new() { Job = order.Job.ToString(), Point = point.Id.ToString(), WorkFolder = folder });
        var done = false;
        try
        {
            MakeFolder(folder);
            var result = await work();
            done = true;
            return result;
        }
        finally
        {
            if (!done && Journal.Entry.Swap is null) NewFiles.TakeBack(Journal);
        }
    }

    public Task WriteDisksAsync(IReadOnlyList<DiskPlan> disks, Func<Task> alongside, CancellationToken ct) =>
        report.SubTaskAsync(SubTask.RestoreDisks, async () =>
        {
            var meter = new TransferMeter(order.Job, SubTask.RestoreDisks, events, clock, () => 0);
            await new DiskWriting(vault, point, new(Journal), Journal.Entry.WorkFolder, meter, clock).WriteAsync(disks, ct);
            await alongside();
            await hooks.ReachedAsync(RestoreStep.Written, ct);
            return 0;
        });

    public void WarnOfMissing(DomainRewrite xml)
    {
        foreach (var disk in xml.Missing) report.Warn(PointDisks.Missing(disk, point.Id, metadata));
    }

    /// <summary>All is in place and nothing was replaced: what was made stays.</summary>
    public void Keep()
    {
        JobFolder.Remove(Journal.Entry.WorkFolder);
        Journal.Close();
    }

    /// <summary>For sockets of ours: nobody else can enter it.</summary>
    private void MakeFolder(string folder)
    {
        const UnixFileMode owner = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute;
        try
        {
            Directory.CreateDirectory(paths.Run, owner | UnixFileMode.GroupExecute | UnixFileMode.OtherExecute);
            Directory.CreateDirectory(folder, owner);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw DurableFile.Unusable(folder, error);
        }
    }

    public void Dispose() => _journal?.Dispose();
}
