using Stillpoint.Vault.Interop;

namespace Stillpoint.Vault.Stores;

/// <summary>Folders made durable: a folder's own entry is synced in its parent before anything is put into it.</summary>
internal static class FolderTree
{
    private static readonly EnumerationOptions Everything = new() { RecurseSubdirectories = true, IgnoreInaccessible = false, AttributesToSkip = 0 };

    public static void Ensure(string root, string folder, Func<int, int> sync)
    {
        if (Directory.Exists(folder)) return;
        var parent = Path.GetDirectoryName(folder)!;
        if (folder != root) Ensure(root, parent, sync);
        try
        {
            Directory.CreateDirectory(folder, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw StoreFailure.From(e, "mkdir", folder);
        }
        if (Directory.Exists(parent)) Sync(parent, sync);
    }

    public static void Sync(string folder, Func<int, int> sync)
    {
        var fd = Posix.Open(folder, Posix.ReadOnly | Posix.Directory);
        if (fd < 0) throw StoreFailure.Last("open", folder);
        try
        {
            if (sync(fd) != 0) throw StoreFailure.Last("fsync", folder);
        }
        finally
        {
            _ = Posix.Close(fd);
        }
    }

    /// <summary>Every file below a folder; none if it is not there.</summary>
    public static IEnumerable<FileInfo> Files(string folder)
    {
        if (!Directory.Exists(folder)) yield break;
        using var files = Reading(folder, () => new DirectoryInfo(folder).EnumerateFiles("*", Everything).GetEnumerator());
        while (Reading(folder, files.MoveNext)) yield return files.Current;
    }

    private static T Reading<T>(string folder, Func<T> step)
    {
        try
        {
            return step();
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw StoreFailure.From(e, "readdir", folder);
        }
    }
}
