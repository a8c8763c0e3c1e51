using Stillpoint.Engine.Journal;
using Stillpoint.Engine.Warden;
using Stillpoint.Model;

namespace Stillpoint.Engine.Capture;

/// <summary>Makes an open freeze known before it happens: first durable in the journal, then to the warden.</summary>
internal sealed class FreezeWatch(JobJournal journal, WardenClient warden, ICaptureHooks hooks) : IFreezeWatch
{
    public async Task FreezeOpeningAsync(CancellationToken ct)
    {
        journal.Update(e => e with { FreezeOpen = true });
        await warden.FreezingAsync(ct);
        await hooks.ReachedAsync(CaptureStep.FreezeOpened, ct);
    }

    public Task FreezeClosedAsync()
    {
        warden.Thawed();
        journal.Update(e => e with { FreezeOpen = false });
        return Task.CompletedTask;
    }

    public Task ScriptsOpeningAsync(DateTimeOffset until, CancellationToken ct)
    {
        journal.Update(e => e with { ScriptsOpenUntil = until });
        return Task.CompletedTask;
    }

    public Task ScriptsClosedAsync()
    {
        journal.Update(e => e with { ScriptsOpenUntil = null });
        return Task.CompletedTask;
    }
}
