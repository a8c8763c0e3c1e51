using Stillpoint.Model;

namespace Stillpoint.Engine.Journal;

/// <summary>The durable record of one running backup (<see cref="OwnedRecord{T}"/>).</summary>
public sealed class JobJournal : IDisposable
{
    private readonly OwnedRecord<JournalEntry> _record;

    private JobJournal(OwnedRecord<JournalEntry> record) => _record = record;

    public JournalEntry Entry => _record.Value;

    /// <exception cref="FailureException">DataFolderUnusable.</exception>
    public static JobJournal Open(string folder, JournalEntry entry) => new(OwnedRecord<JournalEntry>.Open(folder, entry.Job, entry, JournalJson.Default.JournalEntry));

    /// <summary>Entries whose owners are gone, each locked by the caller until disposed. Unreadable ones are left where they are and reported.</summary>
    public static IReadOnlyList<JobJournal> TakeAbandoned(string folder, Action<Failure> unreadable) =>
        [.. OwnedRecord<JournalEntry>.TakeAbandoned(folder, JournalJson.Default.JournalEntry, unreadable).Select(r => new JobJournal(r))];

    public void Update(Func<JournalEntry, JournalEntry> change) => _record.Update(change);

    /// <summary>All is cleaned up: the entry goes.</summary>
    public void Close() => _record.Close();

    /// <summary>Lets go of the entry without closing it: whoever comes next finds it abandoned.</summary>
    public void Dispose() => _record.Dispose();
}
