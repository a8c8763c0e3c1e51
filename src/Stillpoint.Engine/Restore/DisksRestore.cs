using Stillpoint.Engine.Interop;
using Stillpoint.Model;

namespace Stillpoint.Engine.Restore;

/// <summary>Single disks to files or block devices. A file that is overwritten is replaced by the new one only when that is whole.</summary>
internal sealed class DisksRestore(RestoreRun run, RestoreDisks order)
{
    public async Task<RestoreResult> RunAsync(CancellationToken ct)
    {
        DiskPlan[] disks = [.. order.Disks.Select(d => DiskPlan.Of(
            PointDisks.Find(run.Metadata, run.Point.Id, d.Disk), run.Point, d.Target, d.Format, d.Overwrite ? run.NewSuffix : null))];
        if (disks.Length == 0 || disks.Select(d => d.Place).Distinct().Count() < disks.Length)
            throw new FailureException(
                FailureCode.UsageInvalid, Stage.Input, ("option", "disk"), ("value", string.Join(' ', order.Disks.Select(d => d.Target))),
                ("expected", "vda=PATH"));
        return await run.RunAsync(disks, async () =>
        {
            await run.WriteDisksAsync(disks, () => Task.CompletedTask, ct);
            ct.ThrowIfCancellationRequested();
            foreach (var disk in disks.Where(d => d.Replaces)) TakePlace(disk);
            run.Keep();
            return new(run.Point.Id, null, null, [.. disks.Select(d => d.Result)]);
        }, ct);
    }

    private static void TakePlace(DiskPlan disk)
    {
        try
        {
            File.Move(disk.Path, disk.Place, overwrite: true);
            FileSystem.SyncFolder(Path.GetDirectoryName(disk.Place)!);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw NewFiles.Unusable(disk.Place, error);
        }
    }
}
