using System.Globalization;
using Stillpoint.Model;

namespace Stillpoint.Control;

public enum FolderUse
{
    /// <summary>Beside other commands.</summary>
    Command,

    /// <summary>By the service, which shares it with nobody: its schedules and limits count what runs here.</summary>
    Service,
}

/// <summary>
/// Who works in a data folder: the service alone, or any number of commands. A locked file, so that the kernel lets go of it however its holder ends.
/// </summary>
internal sealed class FolderHold : IDisposable
{
    private readonly FileStream _file;

    private FolderHold(FileStream file) => _file = file;

    /// <exception cref="FailureException">DataFolderHeld, with the service's process; DataFolderInUse: commands run there; DataFolderUnusable.</exception>
    public static FolderHold Take(DataFolder folder, FolderUse use)
    {
        var path = Path.Combine(folder.Locks, "folder");
        try
        {
            // Opened for reading and shared for reading is flock's shared lock, shared with nobody its exclusive one.
            var file = use is FolderUse.Service
                ? new FileStream(path, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None, bufferSize: 0)
                : new FileStream(path, FileMode.OpenOrCreate, FileAccess.Read, FileShare.Read, bufferSize: 0);
            if (use is FolderUse.Service) SayWho(path);
            return new(file);
        }
        catch (Exception e) when (e is UnauthorizedAccessException or DirectoryNotFoundException or PathTooLongException)
        {
            throw folder.Unusable(e);
        }
        catch (IOException e)
        {
            if (!File.Exists(path)) throw folder.Unusable(e);
            throw use is FolderUse.Service && WhoHolds(path) is null
                ? new FailureException(Failure.Of(FailureCode.DataFolderInUse, Stage.Preflight, ("path", folder.Path)).CanRetry())
                : new FailureException(Failure.Of(FailureCode.DataFolderHeld, Stage.Preflight, ("path", folder.Path), ("pid", WhoHolds(path) ?? "?")).CanRetry());
        }
    }

    public void Dispose()
    {
        if (_file.CanWrite) File.Delete(WhoOf(_file.Name));
        _file.Dispose();
    }

    // Beside the locked file, which nobody else can open.
    private static string WhoOf(string path) => path + ".pid";

    private static void SayWho(string path) => File.WriteAllText(WhoOf(path), Environment.ProcessId.ToString(CultureInfo.InvariantCulture));

    /// <summary>Null where no living process says it is the service: the file outlives one that was killed.</summary>
    private static string? WhoHolds(string path)
    {
        try
        {
            var who = File.ReadAllText(WhoOf(path)).Trim();
            return who.Length > 0 && Directory.Exists($"/proc/{who}") ? who : null;
        }
        catch (IOException)
        {
            return null;
        }
    }
}
