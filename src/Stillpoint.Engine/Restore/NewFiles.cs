using Stillpoint.Engine.Interop;
using Stillpoint.Engine.Journal;
using Stillpoint.Hypervisor.Targets;
using Stillpoint.Model;

namespace Stillpoint.Engine.Restore;

/// <summary>The files a restore makes: each is in the journal before it exists, and gone again unless the restore is done.</summary>
internal sealed class NewFiles(RestoreJournal journal)
{
    /// <summary>Runs <paramref name="make"/>, which must fail with TargetExists rather than touch a file that is already there.</summary>
    public async Task<T> MakeAsync<T>(string path, Func<Task<T>> make)
    {
        journal.Update(e => e with { Created = [.. e.Created, path] });
        try
        {
            return await make();
        }
        catch (FailureException error) when (error.Failure.Code is FailureCode.TargetExists)
        {
            journal.Update(e => e with { Created = [.. e.Created.Where(p => p != path)] });
            throw;
        }
    }

    /// <summary>Gives a new file the owner and mode of the one it replaces; where there is none, its folder's owner.</summary>
    public static void Adopt(string path, string replaced)
    {
        try
        {
            var old = path == replaced ? null : HostFile.Find(replaced);
            var (owner, mine) = (old ?? HostFile.Find(Path.GetDirectoryName(path)!)!, HostFile.Find(path)!);
            // Refused unless we are root; libvirt gives a disk to QEMU's user when the VM starts anyway.
            if (owner.User != mine.User || owner.Group != mine.Group) FileSystem.TryChangeOwner(path, owner.User, owner.Group);
            if (old is not null) File.SetUnixFileMode(path, old.Mode);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw Unusable(path, error);
        }
    }

    /// <summary>The name and what was written under it survive a power cut. For files that another process wrote last.</summary>
    public static void Sync(string path)
    {
        try
        {
            using (var file = File.OpenHandle(path, access: FileAccess.ReadWrite)) RandomAccess.FlushToDisk(file);
            FileSystem.SyncFolder(Path.GetDirectoryName(path)!);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw Unusable(path, error);
        }
    }

    /// <summary>Deletes what a restore that was not done has made, and its entry.</summary>
    public static void TakeBack(RestoreJournal journal)
    {
        foreach (var path in journal.Entry.Created)
        {
            try
            {
                File.Delete(path);
            }
            catch (DirectoryNotFoundException)
            {
                // nor the file
            }
            catch (Exception error) when (error is IOException or UnauthorizedAccessException)
            {
                throw Unusable(path, error);
            }
        }
        Capture.JobFolder.Remove(journal.Entry.WorkFolder);
        journal.Close();
    }

    public static FailureException Unusable(string path, Exception error) =>
        new(Failure.Of(FailureCode.TargetUnusable, Stage.Restore, ("path", path)).With(new(path, error.Message)), error);
}
