using Stillpoint.Engine.Journal;
using Stillpoint.Model;

namespace Stillpoint.Engine.Restore;

/// <summary>The durable record of one running restore, <c>restores/&lt;job&gt;.json</c> in the data folder (<see cref="OwnedRecord{T}"/>).</summary>
internal sealed class RestoreJournal : IDisposable
{
    private readonly OwnedRecord<RestoreEntry> _record;

    private RestoreJournal(OwnedRecord<RestoreEntry> record) => _record = record;

    public RestoreEntry Entry => _record.Value;

    /// <exception cref="FailureException">DataFolderUnusable.</exception>
    public static RestoreJournal Open(EnginePaths paths, RestoreEntry entry) =>
        new(OwnedRecord<RestoreEntry>.Open(paths.Restores, entry.Job, entry, RestoreJson.Default.RestoreEntry));

    /// <summary>Entries whose owners are gone, each locked by the caller until disposed. Unreadable ones are left where they are and reported.</summary>
    public static IReadOnlyList<RestoreJournal> TakeAbandoned(EnginePaths paths, Action<Failure> unreadable) =>
        [.. OwnedRecord<RestoreEntry>.TakeAbandoned(paths.Restores, RestoreJson.Default.RestoreEntry, unreadable).Select(r => new RestoreJournal(r))];

    public void Update(Func<RestoreEntry, RestoreEntry> change) => _record.Update(change);

    public void UpdateSwap(Func<SwapPlan, SwapPlan> change) => Update(e => e with { Swap = change(e.Swap!) });

    /// <summary>Nothing is left to do: the entry goes.</summary>
    public void Close() => _record.Close();

    /// <summary>Lets go of the entry without closing it: whoever comes next finds it abandoned.</summary>
    public void Dispose() => _record.Dispose();
}
