using System.Collections.Concurrent;

namespace Stillpoint.Vault.Stores;

/// <summary>
/// Folders made durable: a folder's own entry is synced in its parent before anything is put into it. That a folder is there proves nothing: whoever made
/// it may have died, or failed, before the sync. So each store syncs once what it finds.
/// </summary>
internal sealed class FolderTree(IFolderCalls calls, string root)
{
    private readonly ConcurrentDictionary<string, bool> _durable = new(StringComparer.Ordinal);

    public void Ensure(string folder)
    {
        var isThere = calls.FolderExists(folder);
        if (isThere && _durable.ContainsKey(folder)) return;
        var parent = Path.GetDirectoryName(folder)!;
        if (folder != root) Ensure(parent);
        if (!isThere) Make(folder);
        if (folder == root)
        {
            // What it lies in is not ours, and may not even be readable.
            if (!isThere && calls.FolderExists(parent)) Sync(parent);
            _durable[folder] = true;
            return;
        }
        // All that are there by now are safe after it: one sync for the 256 folders of packs.
        var found = Reading(parent, () => calls.Folders(parent).ToList());
        Sync(parent);
        foreach (var one in found) _durable[one] = true;
    }

    /// <summary>Syncs a folder and all below it; nothing if it is not there.</summary>
    public void Settle(string folder, CancellationToken ct)
    {
        ct.ThrowIfCancellationRequested();
        if (!calls.FolderExists(folder)) return;
        foreach (var below in Reading(folder, () => calls.Folders(folder).ToList())) Settle(below, ct);
        Sync(folder);
    }

    public void Sync(string folder)
    {
        var fd = calls.OpenFolder(folder);
        if (fd < 0) throw StoreFailure.Last("open", folder);
        try
        {
            if (calls.Sync(fd) != 0) throw StoreFailure.Last("fsync", folder);
        }
        finally
        {
            calls.Close(fd);
        }
    }

    /// <summary>Every file below a folder; none if it is not there.</summary>
    public IEnumerable<FileFacts> Files(string folder)
    {
        using var files = Reading(folder, () => calls.Files(folder).GetEnumerator());
        while (Reading(folder, files.MoveNext)) yield return files.Current;
    }

    private void Make(string folder)
    {
        try
        {
            calls.MakeFolder(folder);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw StoreFailure.From(e, "mkdir", folder);
        }
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
