using Stillpoint.Engine.Capture;
using Stillpoint.Hypervisor;
using Stillpoint.Model;

namespace Stillpoint.Engine.Warden;

/// <summary>
/// What the warden knows and does. Told by the owner's lines and libvirt's events (any thread; they only set state), acting in one loop, so that
/// no two actions overlap. It acts when:
/// <list type="bullet">
/// <item>the guest may be frozen and the limit has passed, or the owner has been gone for 2 s: thaw, repeated until the agent confirms;</item>
/// <item>our job runs and scratch space nears its end, or has paused the VM: abort it, then let the VM run on;</item>
/// <item>our job runs and the owner has been gone for 10 s: abort it.</item>
/// </list>
/// An action that fails is tried again at the next tick, over a new connection if need be, until it is done or the VM is off or gone; an abort
/// until the owner has been gone for an hour.
/// </summary>
public sealed class WardenWatch : IAsyncDisposable
{
    private readonly WardenOrder _order;
    private readonly WardenHost _host;
    private readonly Action<string> _say;
    private readonly TimeProvider _clock;
    private readonly Lock _lock = new();
    private long? _frozenSince;
    private long? _ownerGoneSince;
    private bool _jobMayRun;
    private bool _pausedByIoError;
    private bool _dismissed;
    private long _scratchReserve;

    public WardenWatch(
        WardenOrder order, Func<HostUri, CancellationToken, Task<IHypervisorHost>> connect, Action<string> say, TimeProvider clock)
    {
        (_order, _say, _clock) = (order, say, clock);
        _host = new(order, connect, OnEvent);
    }

    private enum Act
    {
        Wait,
        Leave,
        Thaw,
        AbortForScratch,
        AbortForPause,
        AbortForOwner,
    }

    public Task ConnectAsync() => _host.DomainAsync();

    public void Hear(string line)
    {
        lock (_lock)
        {
            switch (line)
            {
                case WardenMessages.Freezing: _frozenSince = _clock.GetTimestamp(); break;
                case WardenMessages.Thawed: _frozenSince = null; break;
                case WardenMessages.JobBegins:
                    _scratchReserve = WardenLimits.ScratchReserve(FreeScratch());
                    _jobMayRun = true;
                    break;
                case WardenMessages.JobReleased: _jobMayRun = false; break;
                case WardenMessages.Goodbye: _dismissed = true; break;
            }
        }
    }

    public void OwnerIsGone()
    {
        lock (_lock) _ownerGoneSince ??= _clock.GetTimestamp();
    }

    /// <summary>Returns when there is nothing left to watch for: dismissed by the owner, or the owner gone and all cleaned up.</summary>
    public async Task RunAsync()
    {
        while (NextAct() is var act and not Act.Leave)
        {
            try
            {
                await CarryOutAsync(act);
            }
            catch (FailureException e) when (e.Failure.Code is not FailureCode.VmNotFound)
            {
                // Nobody can be told; the next tick tries again.
            }
            await Task.Delay(WardenLimits.Tick, _clock);
        }
    }

    public ValueTask DisposeAsync() => _host.DisposeAsync();

    private void OnEvent(DomainEvent e)
    {
        if (e.Kind is not DomainEventKind.PausedByIoError) return;
        lock (_lock) _pausedByIoError = true;
    }

    private Act NextAct()
    {
        lock (_lock)
        {
            var gone = _ownerGoneSince is { } since ? _clock.GetElapsedTime(since) : TimeSpan.Zero;
            // Never while the guest may stand still: with the warden alone there is no guard in it.
            if (_frozenSince is null && gone >= WardenLimits.LeaveAfterOwnerGone) return Act.Leave;
            if (_frozenSince is { } frozen &&
                (_clock.GetElapsedTime(frozen) >= _order.FreezeLimit || gone >= WardenLimits.ThawAfterOwnerGone)) return Act.Thaw;
            if (_jobMayRun && _pausedByIoError) return Act.AbortForPause;
            if (_jobMayRun && FreeScratch() < _scratchReserve) return Act.AbortForScratch;
            if (_jobMayRun && gone >= WardenLimits.AbortAfterOwnerGone) return Act.AbortForOwner;
            var nothingOpen = _frozenSince is null && !_jobMayRun;
            return nothingOpen && (_dismissed || _ownerGoneSince is not null) ? Act.Leave : Act.Wait;
        }
    }

    private async Task CarryOutAsync(Act act)
    {
        switch (act)
        {
            case Act.Thaw: await ThawAsync(await _host.DomainAsync()); break;
            case Act.AbortForScratch: await AbortAsync(await _host.DomainAsync(), WardenMessages.AbortedScratch); break;
            case Act.AbortForPause: await AbortAsync(await _host.DomainAsync(), WardenMessages.AbortedPaused); break;
            case Act.AbortForOwner: await AbortAsync(await _host.DomainAsync(), null); break;
        }
    }

    private async Task ThawAsync(IDomain domain)
    {
        if ((await domain.GetStateAsync(CancellationToken.None)).Power is not PowerState.Off)
            await GuestThaw.UntilConfirmedAsync(domain, WardenLimits.ThawRound, _clock, CancellationToken.None);
        lock (_lock) _frozenSince = null;
        _say(WardenMessages.ThawedAtLimit);
    }

    private async Task AbortAsync(IDomain domain, string? word)
    {
        // Only ours: by now somebody else's job may run on this VM.
        if (await domain.OwnsBackupAsync(_order.SocketPath, CancellationToken.None)) await domain.AbortJobAsync(CancellationToken.None);
        if ((await domain.GetStateAsync(CancellationToken.None)).PausedByIoError) await domain.ResumeAsync(CancellationToken.None);
        lock (_lock) (_jobMayRun, _pausedByIoError) = (false, false);
        if (word is not null) _say(word);
    }

    /// <summary>Somebody else's recovery may have ended the job and removed its folder: then there is no scratch to run out of.</summary>
    private long FreeScratch()
    {
        try
        {
            return new DriveInfo(_order.ScratchFolder).AvailableFreeSpace;
        }
        catch (IOException)
        {
            return long.MaxValue;
        }
    }
}
