using System.Text.Json;
using Stillpoint.Engine.Journal;
using Stillpoint.Model;

namespace Stillpoint.Engine.Restore;

/// <summary>
/// The durable record of one restore, <c>restores/&lt;job&gt;.json</c> in the data folder, with a lock file beside it that its living owner holds.
/// Every change is on stable storage when the call returns.
/// </summary>
internal sealed class RestoreJournal : IDisposable
{
    private readonly string _path;
    private readonly FileStream _lock;

    private RestoreJournal(string path, FileStream @lock, RestoreEntry entry) => (_path, _lock, Entry) = (path, @lock, entry);

    public RestoreEntry Entry { get; private set; }

    public static RestoreJournal Open(EnginePaths paths, RestoreEntry entry)
    {
        var path = Path.Combine(FolderOf(paths), entry.Job + ".json");
        try
        {
            Directory.CreateDirectory(FolderOf(paths));
            var journal = new RestoreJournal(path, new(LockOf(path), FileMode.Create, FileAccess.ReadWrite, FileShare.None), entry);
            journal.Update(e => e);
            return journal;
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw DurableFile.Unusable(path, error);
        }
    }

    /// <summary>Entries whose owners are gone, each locked by the caller until disposed.</summary>
    public static IReadOnlyList<RestoreJournal> TakeAbandoned(EnginePaths paths)
    {
        if (!Directory.Exists(FolderOf(paths))) return [];
        var taken = new List<RestoreJournal>();
        foreach (var path in Directory.GetFiles(FolderOf(paths), "*.json").Order(StringComparer.Ordinal))
        {
            if (TryLock(path) is not { } @lock) continue;
            try
            {
                taken.Add(new(path, @lock, JsonSerializer.Deserialize(File.ReadAllBytes(path), RestoreJson.Default.RestoreEntry)!));
            }
            catch (Exception error) when (error is IOException or UnauthorizedAccessException or JsonException)
            {
                @lock.Dispose();
                if (!File.Exists(path)) continue; // its owner has just closed it
                foreach (var journal in taken) journal.Dispose();
                throw DurableFile.Unusable(path, error);
            }
        }
        return taken;
    }

    public void Update(Func<RestoreEntry, RestoreEntry> change)
    {
        Entry = change(Entry);
        DurableFile.Write(_path, JsonSerializer.SerializeToUtf8Bytes(Entry, RestoreJson.Default.RestoreEntry));
    }

    public void UpdateSwap(Func<SwapPlan, SwapPlan> change) => Update(e => e with { Swap = change(e.Swap!) });

    /// <summary>Nothing is left to do: the entry goes.</summary>
    public void Close()
    {
        DurableFile.Delete(_path);
        File.Delete(LockOf(_path));
    }

    /// <summary>Lets go of the entry without closing it: whoever comes next finds it abandoned.</summary>
    public void Dispose() => _lock.Dispose();

    private static FileStream? TryLock(string path)
    {
        try
        {
            return new(LockOf(path), FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
        }
        catch (IOException)
        {
            return null; // its owner lives
        }
    }

    private static string FolderOf(EnginePaths paths) => Path.Combine(paths.Data, "restores");

    private static string LockOf(string path) => Path.ChangeExtension(path, ".lock");
}
