using Stillpoint.Engine.Interop;
using Stillpoint.Engine.Journal;
using Stillpoint.Hypervisor;
using Stillpoint.Hypervisor.Images;
using Stillpoint.Model;

namespace Stillpoint.Engine.Capture;

/// <summary>
/// A job's own folder with its socket and scratch files. It belongs to QEMU's user, and nobody else can enter it: the exports in it are the guest's disks.
/// </summary>
public sealed class JobFolder
{
    /// <summary>sun_path without its terminating zero.</summary>
    private const int LongestSocketPath = 107;

    private JobFolder(string path) => Path = path;

    public string Path { get; }

    public string SocketPath => SocketIn(Path);

    public string ScratchOf(string disk) => System.IO.Path.Combine(Path, disk + ".scratch");

    /// <summary>The path the folder of a job has, before it exists.</summary>
    public static string PathOf(EnginePaths paths, JobId job) => System.IO.Path.Combine(paths.Run, job.ToString());

    public static string SocketIn(string path) => System.IO.Path.Combine(path, "nbd.sock");

    /// <summary>The folder that holds the jobs' folders; others may pass through it and no more.</summary>
    public static string RootOf(EnginePaths paths)
    {
        try
        {
            if (Directory.Exists(paths.Run)) return paths.Run;
            var root = Directory.CreateDirectory(paths.Run, Mode(0b111_001_001)).FullName;
            // A umask takes away even what is asked for.
            File.SetUnixFileMode(root, Mode(0b111_001_001));
            return root;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw DurableFile.Unusable(paths.Run, e);
        }
    }

    public static JobFolder Create(EnginePaths paths, JobId job, VmId vm)
    {
        var folder = new JobFolder(PathOf(paths, job));
        if (System.Text.Encoding.UTF8.GetByteCount(folder.SocketPath) > LongestSocketPath)
            throw new FailureException(Failure.Of(FailureCode.DataFolderUnusable, Stage.Preflight, ("path", paths.Run))
                .With(new(folder.SocketPath, $"a socket's path may have {LongestSocketPath} bytes")));
        try
        {
            RootOf(paths);
            Directory.CreateDirectory(folder.Path, Mode(0b111_000_000));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw DurableFile.Unusable(folder.Path, e);
        }
        // Root's own QEMU needs nothing; another user's must be given the folder, or begin fails with libvirt's words.
        if (QemuUser.Find(vm) is { User: not 0 } owner) FileSystem.TryChangeOwner(folder.Path, owner.User, owner.Group);
        return folder;
    }

    /// <summary>Scratch files are made before the freeze, so that begin does as little as possible inside it.</summary>
    public async Task CreateScratchAsync(IEnumerable<(string Disk, long SizeBytes)> disks, CancellationToken ct)
    {
        foreach (var (disk, size) in disks)
        {
            await QemuImg.CreateAsync(ScratchOf(disk), "qcow2", size, ct);
            File.SetUnixFileMode(ScratchOf(disk), Mode(0b110_000_000));
        }
    }

    public static void Remove(string path)
    {
        try
        {
            if (Directory.Exists(path)) Directory.Delete(path, recursive: true);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw DurableFile.Unusable(path, e);
        }
    }

    private static UnixFileMode Mode(int bits) => (UnixFileMode)bits;
}
