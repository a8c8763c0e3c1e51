using Stillpoint.Engine.Journal;

namespace Stillpoint.Engine.Capture;

/// <summary>A journal entry whose job is being prepared: unless it is kept, its folder and then the entry go again.</summary>
internal sealed class Opening(JobJournal journal) : IDisposable
{
    private bool _kept;

    public JobJournal Keep()
    {
        _kept = true;
        return journal;
    }

    public void Dispose()
    {
        if (_kept) return;
        using (journal)
        {
            JobFolder.Remove(journal.Entry.WorkFolder);
            journal.Close();
        }
    }
}
