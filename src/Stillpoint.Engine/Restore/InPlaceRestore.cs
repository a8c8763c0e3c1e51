using Stillpoint.Hypervisor;
using Stillpoint.Hypervisor.Targets;
using Stillpoint.Model;

namespace Stillpoint.Engine.Restore;

/// <summary>The VM as it was, where it was. New files are made beside the old ones; <see cref="FileSwap"/> puts them in place.</summary>
internal sealed class InPlaceRestore(IHypervisorHost host, RestoreRun run, RestoreInPlace order)
{
    private readonly List<SwapFile> _files = [];

    public async Task<RestoreResult> RunAsync(CancellationToken ct)
    {
        var old = await RestoreChecks.FindAsync(host, run.Metadata.VmId, ct);
        if (old is not null) await RestoreChecks.MustBeOffAsync(old, ct);
        await RestoreChecks.NameMustBeFreeAsync(host, run.Metadata.VmName, except: new VmId(Guid.Parse(run.Metadata.VmId)), ct);
        var disks = new List<DiskPlan>();
        foreach (var disk in run.Metadata.Disks)
        {
            var path = disk.SourcePath
                ?? throw new FailureException(FailureCode.TargetUnusable, Stage.Restore, ("path", disk.Name));
            MakeFolder(Path.GetDirectoryName(path)!);
            disks.Add(DiskPlan.Of(disk, run.Point, path, disk.Format == "raw" ? "raw" : "qcow2", run.NewSuffix));
        }
        return await run.RunAsync(disks, () => WriteAsync(disks, ct), ct);
    }

    private async Task<RestoreResult> WriteAsync(List<DiskPlan> disks, CancellationToken ct)
    {
        var xml = new DomainRewrite(run.Metadata.DomainXml);
        xml.PlaceDisks(disks);
        foreach (var disk in disks.Where(d => d.Replaces)) WillReplace(disk.Path, disk.Place);
        await run.WriteDisksAsync(disks, () => WriteFilesAsync(disks, xml, ct), ct);
        xml.EjectMissingMedia(Path.Exists);
        run.WarnOfMissing(xml);
        RestoredDisk[] results = [.. disks.Select(d => d.Result)];
        var domain = await run.Report.SubTaskAsync(SubTask.DefineVm, async () =>
        {
            ct.ThrowIfCancellationRequested();
            run.Journal.Update(e => e with
            {
                Swap = new()
                {
                    HostUri = host.Uri.Text,
                    VmId = run.Metadata.VmId,
                    VmName = run.Metadata.VmName,
                    DomainXml = xml.ToString(),
                    Autostart = run.Metadata.Autostart,
                    KeepOld = order.KeepOld,
                    Files = _files,
                    Disks = results,
                },
            });
            // From here on a cancel comes too late: the rest is short, and goes forward only.
            await run.Hooks.ReachedAsync(RestoreStep.SwapJournaled, CancellationToken.None);
            return await new FileSwap(host, run.Journal, run.Hooks).FinishAsync(CancellationToken.None);
        });
        if (order.Start) await domain.StartAsync(ct);
        return new(run.Point.Id, domain.Name, domain.Id, results) { Warnings = run.Report.Warnings };
    }

    private async Task WriteFilesAsync(List<DiskPlan> disks, DomainRewrite xml, CancellationToken ct)
    {
        foreach (var file in run.Metadata.Files)
        {
            if (file.Role is "kernel" or "initrd")
            {
                if (await run.VmFiles.IsThereAsync(file, ct)) continue;
                // Never over the host's own kernel, which may be newer by now and others' too.
                var place = Path.Combine(Path.GetDirectoryName(disks[0].Place)!, $"{run.Metadata.VmName}-{file.Role}");
                await WriteAsync(place);
                xml.PlaceBootFile(file.Role, place);
            }
            else if (file.Role == "nvram")
            {
                MakeFolder(Path.GetDirectoryName(file.Path)!);
                await WriteAsync(file.Path);
            }

            async Task WriteAsync(string place)
            {
                WillReplace(place + run.NewSuffix, place);
                await run.VmFiles.WriteAsync(file, place + run.NewSuffix, place, ct);
            }
        }
    }

    private void WillReplace(string made, string place) => _files.Add(new(made, place, place + run.OldSuffix));

    private static void MakeFolder(string folder)
    {
        try
        {
            if (HostFile.Find(folder) is null) Directory.CreateDirectory(folder);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw NewFiles.Unusable(folder, error);
        }
    }
}
