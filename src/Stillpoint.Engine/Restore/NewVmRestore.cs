using Stillpoint.Engine.Points;
using Stillpoint.Hypervisor;
using Stillpoint.Model;

namespace Stillpoint.Engine.Restore;

/// <summary>A new VM beside whatever there is: nothing that exists is touched.</summary>
internal sealed class NewVmRestore(IHypervisorHost host, RestoreRun run, RestoreAsNewVm order)
{
    public async Task<RestoreResult> RunAsync(CancellationToken ct)
    {
        RestoreChecks.NameMustBeUsable(order.Name);
        if (order.Folder is null == order.Pool is null)
            throw new FailureException(FailureCode.UsageInvalid, Stage.Input, ("option", "folder"), ("value", order.Folder ?? ""), ("expected", "folder, pool"));
        await RestoreChecks.NameMustBeFreeAsync(host, order.Name, except: null, ct);
        var folder = order.Folder ?? await host.FindPoolFolderAsync(order.Pool!, ct);
        DiskPlan[] disks = [.. run.Metadata.Disks.Select(d => Plan(d, folder))];
        return await run.RunAsync(disks, () => WriteAsync(folder, disks, ct), ct);
    }

    private DiskPlan Plan(DiskData disk, string folder)
    {
        // A format that QEMU reads but nobody wants to be given (vmdk, vdi): qcow2 has what they have.
        var format = order.Format ?? (disk.Format == "raw" ? "raw" : "qcow2");
        return DiskPlan.Of(disk, run.Point, Path.Combine(folder, $"{order.Name}-{disk.Name}.{format}"), format, beside: null);
    }

    private async Task<RestoreResult> WriteAsync(string folder, DiskPlan[] disks, CancellationToken ct)
    {
        var xml = new DomainRewrite(run.Metadata.DomainXml);
        xml.PlaceDisks(disks);
        if (run.Metadata.Files.All(f => f.Role != "nvram")) xml.PlaceNvram(null);
        await run.WriteDisksAsync(disks, () => WriteFilesAsync(folder, xml, ct), ct);
        var domain = await run.Report.SubTaskAsync(SubTask.DefineVm, async () =>
        {
            xml.MakeAnother(order.Name, order.NetworkConnected, disks.Select(d => d.Disk.Name).ToHashSet());
            xml.EjectMissingMedia(Path.Exists);
            run.WarnOfMissing(xml);
            return await host.DefineAsync(xml.ToString(), ct);
        });
        // The VM is there: what was made is its own now, also if it does not start.
        run.Keep();
        await run.Hooks.ReachedAsync(RestoreStep.Defined, ct);
        if (order.Start) await domain.StartAsync(ct);
        return new(run.Point.Id, domain.Name, domain.Id, [.. disks.Select(d => d.Result)]) { Warnings = run.Report.Warnings };
    }

    private async Task WriteFilesAsync(string folder, DomainRewrite xml, CancellationToken ct)
    {
        foreach (var file in run.Metadata.Files)
        {
            if (file.Role is "kernel" or "initrd" && await run.VmFiles.IsThereAsync(file, ct)) continue;
            var path = Path.Combine(Path.GetFullPath(folder), $"{order.Name}-{file.Role}");
            if (file.Role is not ("kernel" or "initrd" or "nvram")) continue;
            await run.VmFiles.WriteAsync(file, path, path, ct);
            if (file.Role == "nvram") xml.PlaceNvram(path);
            else xml.PlaceBootFile(file.Role, path);
        }
    }
}
