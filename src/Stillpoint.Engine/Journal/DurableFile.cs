using Stillpoint.Model;

namespace Stillpoint.Engine.Journal;

/// <summary>Small files that are there whole or not at all, also after a power cut.</summary>
internal static class DurableFile
{
    /// <summary>Replaces <paramref name="path"/>; returns once content and name are on stable storage.</summary>
    public static void Write(string path, ReadOnlySpan<byte> content)
    {
        var temporary = path + ".tmp";
        try
        {
            using (var handle = File.OpenHandle(temporary, FileMode.Create, FileAccess.Write))
            {
                RandomAccess.Write(handle, content, 0);
                RandomAccess.FlushToDisk(handle);
            }
            File.Move(temporary, path, overwrite: true);
            SyncFolder(Path.GetDirectoryName(path)!);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw Unusable(path, e);
        }
    }

    public static void Delete(string path)
    {
        try
        {
            File.Delete(path);
            SyncFolder(Path.GetDirectoryName(path)!);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw Unusable(path, e);
        }
    }

    public static FailureException Unusable(string path, Exception e) => new(
        Failure.Of(FailureCode.DataFolderUnusable, Stage.Preflight, ("path", path)).With(new(path, e.Message)), e);

    private static void SyncFolder(string folder) => Interop.FileSystem.SyncFolder(folder);
}
