using Stillpoint.Contracts;
using Stillpoint.Engine.Restore;
using Stillpoint.Model;
using Stillpoint.Server.Access;
using Stillpoint.Server.Configuration;
using Stillpoint.Server.Http;

namespace Stillpoint.Server.Jobs;

/// <summary>
/// The three ways of a restore, and where it may write: the service runs as root, so that over the network only the folders of the configuration will do.
/// </summary>
internal static class RestoreTargets
{
    private static readonly string[] Formats = ["raw", "qcow2"];
    private const int MostDisks = 64;

    /// <exception cref="FailureException">RequestInvalid, NotAllowed.</exception>
    public static void Check(RestoreRequest request, ServerOptions options, Caller caller)
    {
        var ways = (request.NewVm is null ? 0 : 1) + (request.InPlace is null ? 0 : 1) + (request.Disks is null ? 0 : 1);
        if (ways != 1) throw Requests.Invalid("newVm", "exactly one of newVm, inPlace, disks");
        if (request.NewVm is { } vm)
        {
            Requests.Text("newVm.name", vm.Name, 200);
            if (vm.Name.Contains('/', StringComparison.Ordinal)) throw Requests.Invalid("newVm.name", "no slash");
            caller.MustSee(vm.Name, vm.Name);
            if (vm.Folder is null == vm.Pool is null) throw Requests.Invalid("newVm.folder", "exactly one of folder and pool");
            if (vm.Pool is { } pool) Requests.Text("newVm.pool", pool);
            if (vm.Format is { } format && !Formats.Contains(format)) throw Requests.Invalid("newVm.format", "raw, qcow2");
            if (vm.Folder is { } folder) MayWrite("newVm.folder", folder, options, caller);
        }
        if (request.Disks is not { } disks) return;
        if (disks.Count is 0 or > MostDisks || disks.Select(d => d.Disk).Distinct(StringComparer.Ordinal).Count() != disks.Count)
            throw Requests.Invalid("disks", $"1-{MostDisks} different disks");
        foreach (var disk in disks)
        {
            Requests.Text("disks.disk", disk.Disk, 64);
            if (disk.Format is { } format && !Formats.Contains(format)) throw Requests.Invalid("disks.format", "raw, qcow2");
            // What lies there may be another VM's disk, and a path does not say whose.
            if (disk.Overwrite && !caller.SeesAll) throw new FailureException(FailureCode.NotAllowed, Stage.Input, ("role", caller.Role.ToText()));
            MayWrite("disks.path", disk.Path, options, caller);
        }
    }

    public static RestoreOrder OrderOf(RestoreRequest request, JobId job, string point)
    {
        if (request.NewVm is { } vm) return new RestoreAsNewVm(job, point, vm.Name, vm.Folder, vm.Pool, vm.Format, vm.Connected, vm.Start);
        if (request.InPlace is { } place) return new RestoreInPlace(job, point, place.KeepOld, place.Start);
        return new RestoreDisks(job, point, [.. request.Disks!.Select(d => new DiskToRestore(d.Disk, d.Path, d.Format ?? "raw", d.Overwrite))]);
    }

    /// <summary>Links are followed first: one that leads out of a folder leads out of what is allowed.</summary>
    private static void MayWrite(string field, string path, ServerOptions options, Caller caller)
    {
        Requests.FullPath(field, path);
        if (caller.IsLocal) return;
        var real = RealPath(path);
        if (options.RestoreFolders.Any(f => real == RealPath(f) || real.StartsWith(RealPath(f).TrimEnd('/') + "/", StringComparison.Ordinal))) return;
        throw Requests.Invalid(field, "a path below " + string.Join(", ", options.RestoreFolders));
    }

    /// <summary>With every link on the way resolved, as far as the path exists.</summary>
    private static string RealPath(string path)
    {
        const int mostLinks = 40;
        var links = 0;
        var left = new Stack<string>(path.Split('/', StringSplitOptions.RemoveEmptyEntries).Reverse());
        var real = "/";
        while (left.TryPop(out var part))
        {
            if (part is ".") continue;
            if (part is "..")
            {
                real = Path.GetDirectoryName(real) ?? "/";
                continue;
            }
            var next = Path.Combine(real, part);
            if (new FileInfo(next).LinkTarget is not { } link || ++links > mostLinks)
            {
                real = next;
                continue;
            }
            if (link.StartsWith('/')) real = "/";
            foreach (var step in link.Split('/', StringSplitOptions.RemoveEmptyEntries).Reverse()) left.Push(step);
        }
        return real;
    }
}
