using Stillpoint.Model;

namespace Stillpoint.Fabric.Hosting;

/// <summary>
/// What the program keeps: a file for each VM, the packages. Its user's alone, held by one process at a time, and every file in it is there whole or
/// not at all, also after a power cut.
/// </summary>
internal sealed class StateFolder : IDisposable
{
    private const UnixFileMode OwnFolder = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute;
    private const UnixFileMode OwnFile = UnixFileMode.UserRead | UnixFileMode.UserWrite;
    private readonly FileStream _held;

    /// <exception cref="FailureException">DataFolderUnusable: also when another process holds it.</exception>
    public StateFolder(string path)
    {
        Path = path;
        try
        {
            foreach (var folder in new[] { path, Vms, Packages }) Directory.CreateDirectory(folder, OwnFolder);
            _held = new FileStream(System.IO.Path.Combine(path, "lock"), new FileStreamOptions
            {
                Mode = FileMode.OpenOrCreate, Access = FileAccess.ReadWrite, Share = FileShare.None, UnixCreateMode = OwnFile,
            });
            // What a killed process left half written.
            foreach (var folder in new[] { Vms, Packages })
                foreach (var file in Directory.EnumerateFiles(folder, "*.tmp")) File.Delete(file);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            _held?.Dispose();
            throw Unusable(path, e);
        }
    }

    public string Path { get; }

    public string Vms => System.IO.Path.Combine(Path, "vms");

    public string Packages => System.IO.Path.Combine(Path, "packages");

    /// <summary>Replaces a file; returns once content and name are on stable storage.</summary>
    public static void Write(string path, ReadOnlySpan<byte> content)
    {
        var temporary = path + ".tmp";
        try
        {
            using (var file = new FileStream(temporary, new FileStreamOptions { Mode = FileMode.Create, Access = FileAccess.Write, UnixCreateMode = OwnFile }))
            {
                file.Write(content);
                file.Flush(flushToDisk: true);
            }
            Name(temporary, path);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw Unusable(path, e);
        }
    }

    /// <summary>Gives a file that is on stable storage its name, durably.</summary>
    public static void Name(string temporary, string path)
    {
        File.Move(temporary, path, overwrite: true);
        Interop.FileSystem.SyncFolder(System.IO.Path.GetDirectoryName(path)!);
    }

    public static void Delete(string path)
    {
        try
        {
            File.Delete(path);
            Interop.FileSystem.SyncFolder(System.IO.Path.GetDirectoryName(path)!);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw Unusable(path, e);
        }
    }

    public static FailureException Unusable(string path, Exception e) => new(
        Failure.Of(FailureCode.DataFolderUnusable, Stage.Input, ("path", path)).With(new(path, e.Message)), e);

    public void Dispose() => _held.Dispose();
}
