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
        var preparation = new QgaPreparation(freeze, vm, clock, times);
        if (await preparation.LookAsync(request, ct).ConfigureAwait(false) is { } look)
            return Unfrozen(await SteppedDownAsync(request, look, begin, ct).ConfigureAwait(false), look);
        var scripts = new GuestScripts(preparation.Exec, request, vm, clock, times);
        Failure? lower;
        FrozenResult<T> result;
        try
        {
            lower = await BeforeAsync(preparation, scripts, request, watch, ct).ConfigureAwait(false);
            var (guard, reason) = await preparation.GetReadyAsync(request, ct).ConfigureAwait(false);
            result = reason is not null
                ? Unfrozen(await SteppedDownAsync(request, reason, begin, ct).ConfigureAwait(false), reason)
                : await FrozenAsync(request, watch, guard, scripts, begin, ct).ConfigureAwait(false);
        }
        finally
        {
            await scripts.AfterAsync().ConfigureAwait(false);
        }
        return ScriptJudgement.Of(result, request, scripts, lower);
    }

    private async Task<FrozenResult<T>> FrozenAsync<T>(
        FreezeRequest request, IFreezeWatch watch, GuestGuard? guard, GuestScripts scripts, Func<CancellationToken, Task<T>> begin, CancellationToken ct)
    {
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
            // Not after a begin that still goes on: applications wait for these.
            await scripts.AfterAsync().ConfigureAwait(false);
        }

        var why = thawed.Failure ?? Reason(frozen, running is not null, inTime, thawed, verdict, request.Limit);
        var value = running is not null
            ? await running.ConfigureAwait(false)
            : await SteppedDownAsync(request, why!, begin, ct).ConfigureAwait(false);
        return new(
            value, why is null ? Consistency.FileSystem : Consistency.Crash, why,
            frozen.Count > 0 || thawed.Count > 0 || !thawed.Confirmed ? time : null, frozen.Count ?? 0, thawed.Count ?? 0, verdict);
    }

    public async Task<FreezeCheck> CheckAsync(FreezeRequest request, CancellationToken ct)
    {
        var preparation = new QgaPreparation(freeze, vm, clock, times);
        if (await preparation.LookAsync(request, ct).ConfigureAwait(false) is { } look) return new(Consistency.Crash, look, null);
        var (guard, reason) = await preparation.GetReadyAsync(request, ct).ConfigureAwait(false);
        if (guard is not null) await guard.StopAsync(CancellationToken.None).ConfigureAwait(false);
        if (reason is not null) return new(Consistency.Crash, reason, null);
        var scripts = new GuestScripts(preparation.Exec, request, vm, clock, times);
        if (!preparation.MayExec || request.Scripts.Rule is ScriptRule.Skip || await scripts.LookAsync(ct).ConfigureAwait(false) is not { } there)
            return new(Consistency.FileSystem, null, null);
        var refused = scripts.Refused(there);
        return new(refused is null && there.Pre > 0 ? Consistency.Application : Consistency.FileSystem, null, refused);
    }

    public Task<GuestLoad?> MeasureLoadAsync(TimeSpan over, CancellationToken ct) =>
        LoadMeter.AskAsync(new(freeze, clock, times), over, times.GuardStart, ct);

    public Task<IReadOnlyList<ScriptRun>> FinishScriptsAsync(string token, CancellationToken ct) =>
        GuestScripts.FinishAsync(new(thaw, clock, times), token, times.ScriptsFinish, vm, ct);

    public async ValueTask DisposeAsync()
    {
        await freeze.DisposeAsync().ConfigureAwait(false);
        await thaw.DisposeAsync().ConfigureAwait(false);
    }

    private static FrozenResult<T> Unfrozen<T>(T value, Failure? reason) => new(value, Consistency.Crash, reason, null, 0, 0, GuardVerdict.None);

    /// <returns>Why the point cannot be application consistent; null: all scripts before the freeze succeeded.</returns>
    private static async Task<Failure?> BeforeAsync(
        QgaPreparation preparation, GuestScripts scripts, FreezeRequest request, IFreezeWatch watch, CancellationToken ct)
    {
        Failure? lower;
        try
        {
            lower = request.Scripts.Rule is ScriptRule.Skip ? Failure.Of(FailureCode.GuestScriptsMissing, Stage.Preflight)
                : preparation.MayExec ? await scripts.BeforeAsync(watch, ct).ConfigureAwait(false)
                : preparation.ExecBlocked();
        }
        catch (FailureException e) when (QgaPreparation.IsTheAgents(e.Failure.Code))
        {
            lower = e.Failure;
        }
        if (lower is null) return null;
        if (request.Scripts.Rule is ScriptRule.Fail && lower.Code is FailureCode.GuestScriptFailed or FailureCode.GuestScriptRefused) throw new FailureException(lower);
        if (request is { Wanted: Consistency.Application, StepDown: false }) throw NotReached(request, lower);
        return lower;
    }

    private static async Task<T> SteppedDownAsync<T>(FreezeRequest request, Failure reason, Func<CancellationToken, Task<T>> begin, CancellationToken ct) =>
        request.StepDown ? await begin(ct).ConfigureAwait(false) : throw NotReached(request, reason);

    private static FailureException NotReached(FreezeRequest request, Failure reason)
    {
        var strict = Failure.Of(
            FailureCode.ConsistencyNotReached, reason.Stage, ("wanted", request.Wanted.ToText()), ("reason", reason.Code.ToText()));
        return new(strict with { Evidence = [new("reason", reason.ToString()), .. reason.Evidence] });
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
