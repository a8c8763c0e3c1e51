using System.Globalization;
using Stillpoint.Model;

namespace Stillpoint.Hypervisor.Agent;

/// <summary>
/// The guest channel over qemu-guest-agent. Freeze and thaw travel on connections of their own, so that a thaw never waits behind
/// what it is meant to end. One user at a time.
/// </summary>
internal sealed class QgaChannel(IAgentTransport freeze, IAgentTransport thaw, string vm, TimeProvider clock, QgaTimes times) : IGuestChannel
{
    private readonly QgaFreeze _commands = new(freeze, thaw, vm, clock, times);

    public async Task<FrozenResult<T>> WhileFrozenAsync<T>(
        FreezeRequest request, IFreezeWatch watch, Func<CancellationToken, Task<T>> begin, CancellationToken ct)
    {
        if (request.Wanted == Consistency.Crash) return Unfrozen(await begin(ct).ConfigureAwait(false), null);
        var (guard, reason) = await new QgaPreparation(freeze, vm, clock, times).RunAsync(request, ct).ConfigureAwait(false);
        if (reason is not null) return Unfrozen(await SteppedDownAsync(request, reason, begin, ct).ConfigureAwait(false), reason);
        await OpenAsync(watch, guard, ct).ConfigureAwait(false);

        var started = clock.GetTimestamp();
        var frozen = new FreezeAnswer(null, null);
        Task<T>? running = null;
        var inTime = false;
        ThawAnswer thawed;
        TimeSpan time;
        GuardVerdict verdict;
        try
        {
            frozen = await _commands.FreezeAsync(request.Limit).ConfigureAwait(false);
            var left = request.Limit - clock.GetElapsedTime(started);
            // A freeze that took all of its time may have been undone by the guard already: nothing is begun on it.
            running = frozen.Failure is null && left > TimeSpan.Zero ? StartAsync(begin, ct) : null;
            inTime = running is not null && await EndsWithinAsync(running, left).ConfigureAwait(false);
        }
        finally
        {
            // Also when something threw that nobody expected: a bug of ours may cost the job, never the guest.
            thawed = await _commands.ThawAsync(known: frozen.Count is not null).ConfigureAwait(false);
            time = clock.GetElapsedTime(started);
            verdict = await CloseAsync(watch, guard, thawed).ConfigureAwait(false);
        }

        var why = thawed.Failure ?? Reason(frozen, running is not null, inTime, thawed, verdict, request.Limit);
        var value = running is not null
            ? await running.ConfigureAwait(false)
            : await SteppedDownAsync(request, why!, begin, ct).ConfigureAwait(false);
        return new(
            value, why is null ? Consistency.FileSystem : Consistency.Crash, why,
            frozen.Count > 0 || thawed.Count > 0 || !thawed.Confirmed ? time : null, frozen.Count ?? 0, thawed.Count ?? 0, verdict);
    }

    public async Task<Failure?> CheckAsync(FreezeRequest request, CancellationToken ct)
    {
        var (guard, reason) = await new QgaPreparation(freeze, vm, clock, times).RunAsync(request, ct).ConfigureAwait(false);
        if (guard is not null) await guard.StopAsync(CancellationToken.None).ConfigureAwait(false);
        return reason;
    }

    public async ValueTask DisposeAsync()
    {
        await freeze.DisposeAsync().ConfigureAwait(false);
        await thaw.DisposeAsync().ConfigureAwait(false);
    }

    private static FrozenResult<T> Unfrozen<T>(T value, Failure? reason) => new(value, Consistency.Crash, reason, null, 0, 0, GuardVerdict.None);

    private static async Task<T> SteppedDownAsync<T>(FreezeRequest request, Failure reason, Func<CancellationToken, Task<T>> begin, CancellationToken ct)
    {
        if (request.StepDown) return await begin(ct).ConfigureAwait(false);
        var strict = Failure.Of(
            FailureCode.ConsistencyNotReached, reason.Stage, ("wanted", request.Wanted.ToText()), ("reason", reason.Code.ToText()));
        throw new FailureException(strict with { Evidence = [new("reason", reason.ToString()), .. reason.Evidence] });
    }

    /// <summary>Makes a begin that throws before its first wait a task like any other, so that the thaw is never skipped.</summary>
    private static async Task<T> StartAsync<T>(Func<CancellationToken, Task<T>> begin, CancellationToken ct) => await begin(ct).ConfigureAwait(false);

    /// <summary>True only for a begin that returned; one that threw has ended too, and needs no more waiting.</summary>
    private async Task<bool> EndsWithinAsync(Task begin, TimeSpan left)
    {
        using var stop = new CancellationTokenSource();
        await Task.WhenAny(begin, Task.Delay(left, clock, stop.Token)).ConfigureAwait(false);
        await stop.CancelAsync().ConfigureAwait(false);
        return begin.IsCompletedSuccessfully;
    }

    private static async Task OpenAsync(IFreezeWatch watch, GuestGuard? guard, CancellationToken ct)
    {
        var opened = false;
        try
        {
            await watch.FreezeOpeningAsync(ct).ConfigureAwait(false);
            opened = true;
        }
        finally
        {
            if (!opened && guard is not null) await guard.StopAsync(CancellationToken.None).ConfigureAwait(false);
        }
    }

    /// <summary>A freeze that was not confirmed thawed stays open in the watch, and its guard goes on.</summary>
    private static async Task<GuardVerdict> CloseAsync(IFreezeWatch watch, GuestGuard? guard, ThawAnswer thawed)
    {
        if (!thawed.Confirmed) return guard is null ? GuardVerdict.None : GuardVerdict.Unknown;
        await watch.FreezeClosedAsync().ConfigureAwait(false);
        if (guard is null) return GuardVerdict.None;
        return thawed.Failure is null ? await guard.StopAsync(CancellationToken.None).ConfigureAwait(false) : GuardVerdict.Unknown;
    }

    /// <summary>The earliest thing that went wrong; null: the point is file-system consistent.</summary>
    private Failure? Reason(FreezeAnswer frozen, bool begun, bool inTime, ThawAnswer thawed, GuardVerdict verdict, TimeSpan limit)
    {
        var seconds = limit.TotalSeconds.ToString("0.#", CultureInfo.InvariantCulture);
        if (frozen.Failure is not null) return frozen.Failure;
        if (!begun) return Failure.Of(FailureCode.FreezeTimedOut, Stage.Freeze, ("vm", vm), ("limit", seconds)).CanRetry();
        if (!inTime) return Failure.Of(FailureCode.BeginOutlivedFreeze, Stage.Begin, ("vm", vm), ("limit", seconds)).CanRetry();
        if (verdict is GuardVerdict.Fired or GuardVerdict.Unknown)
            return Failure.Of(FailureCode.GuardFired, Stage.Thaw, ("vm", vm), ("verdict", verdict.ToText()), ("limit", seconds));
        if (thawed.Count == frozen.Count) return null;
        var (before, after) = (Number(frozen.Count), Number(thawed.Count));
        return Failure.Of(FailureCode.ThawCountMismatch, Stage.Thaw, ("vm", vm), ("frozen", before), ("thawed", after));
    }

    private static string Number(int? count) => count?.ToString(CultureInfo.InvariantCulture) ?? "?";
}
