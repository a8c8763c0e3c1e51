using System.Text.Json;
using Stillpoint.Model;

namespace Stillpoint.Engine.Journal;

/// <summary>
/// The durable record of one running job: <c>&lt;job&gt;.json</c>, with <c>&lt;job&gt;.lock</c> beside it, which the living owner holds locked
/// (the kernel lets go of it however the owner dies). Every change is on stable storage when the call returns.
/// </summary>
public sealed class JobJournal : IDisposable
{
    private readonly string _path;
    private readonly FileStream _lock;

    private JobJournal(string path, FileStream @lock, JournalEntry entry)
    {
        _path = path;
        _lock = @lock;
        Entry = entry;
    }

    public JournalEntry Entry { get; private set; }

    public static JobJournal Open(string folder, JournalEntry entry)
    {
        var path = Path.Combine(folder, entry.Job + ".json");
        try
        {
            Directory.CreateDirectory(folder);
            var @lock = new FileStream(LockOf(path), FileMode.Create, FileAccess.ReadWrite, FileShare.None);
            var journal = new JobJournal(path, @lock, entry);
            journal.Update(e => e);
            return journal;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw DurableFile.Unusable(path, e);
        }
    }

    /// <summary>Entries whose owners are gone, each locked by the caller until disposed. Unreadable ones are left where they are and reported.</summary>
    public static IReadOnlyList<JobJournal> TakeAbandoned(string folder, Action<Failure> unreadable)
    {
        if (!Directory.Exists(folder)) return [];
        var taken = new List<JobJournal>();
        foreach (var path in Directory.GetFiles(folder, "*.json").Order(StringComparer.Ordinal))
        {
            FileStream @lock;
            try
            {
                @lock = new FileStream(LockOf(path), FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
            }
            catch (IOException)
            {
                continue; // its owner lives
            }
            try
            {
                var entry = JsonSerializer.Deserialize(File.ReadAllBytes(path), JournalJson.Default.JournalEntry)!;
                taken.Add(new(path, @lock, entry));
            }
            catch (Exception e) when (e is IOException or JsonException)
            {
                @lock.Dispose();
                if (File.Exists(path)) unreadable(DurableFile.Unusable(path, e).Failure);
            }
        }
        return taken;
    }

    public void Update(Func<JournalEntry, JournalEntry> change)
    {
        Entry = change(Entry);
        DurableFile.Write(_path, JsonSerializer.SerializeToUtf8Bytes(Entry, JournalJson.Default.JournalEntry));
    }

    /// <summary>All is cleaned up: the entry goes.</summary>
    public void Close()
    {
        DurableFile.Delete(_path);
        File.Delete(LockOf(_path));
    }

    /// <summary>Lets go of the entry without closing it: whoever comes next finds it abandoned.</summary>
    public void Dispose() => _lock.Dispose();

    private static string LockOf(string path) => Path.ChangeExtension(path, ".lock");
}
