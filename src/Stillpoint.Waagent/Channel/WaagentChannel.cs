using Stillpoint.Model;

namespace Stillpoint.Waagent;

/// <summary>
/// The guest channel over Azure's own agent: the goal says that there is a snapshot to take, the extension comes to rest and asks for it, and
/// <c>begin</c> is the answer. The guard is the guest's own; the watch is told only where <paramref name="qga"/> can thaw for it.
/// Where the agent or its extension never came as far as to be allowed to freeze, the other channel is taken, and what happened is a warning; after that
/// word nothing else freezes this guest: the point is crash consistent.
/// </summary>
/// <param name="qga">The way over qemu-guest-agent; disposed with this.</param>
/// <param name="hasQga">Whether an agent is connected there.</param>
/// <param name="disks">Targets of what <c>begin</c> takes.</param>
/// <param name="unreachable">Why this VM cannot be told anything; null: it can.</param>
public sealed class WaagentChannel(
    FabricClient fabric, WaagentSetup setup, VmId vm, string name, IReadOnlyList<string> disks, IGuestChannel qga, bool hasQga, TimeProvider clock,
    WaagentTimes? times = null, Failure? unreachable = null) : IGuestChannel
{
    private readonly WaagentTimes _times = times ?? WaagentTimes.Default;

    public async Task<FrozenResult<T>> WhileFrozenAsync<T>(
        FreezeRequest request, IFreezeWatch watch, Func<CancellationToken, Task<T>> begin, CancellationToken ct)
    {
        if (request.Wanted is Consistency.Crash) return Unfrozen(await begin(ct), null);
        Failure? scripts = request.Wanted is Consistency.Application ? Failure.Of(FailureCode.ScriptsNotOverChannel, Stage.Preflight, ("vm", name)) : null;
        if (scripts is not null && !request.StepDown) throw NotReached(request, scripts);
        if (unreachable is not null) return await OtherwiseAsync(request, watch, begin, unreachable, ct);
        await using var call = new SnapshotCall(fabric, setup, vm, name, disks, request, clock, _times);
        if (await call.InviteAsync(ct) is { } silent) return await OtherwiseAsync(request, watch, begin, silent, ct);

        var opened = false;
        if (hasQga)
        {
            await watch.FreezeOpeningAsync(ct);
            opened = true;
        }
        Failure? why = null;
        Task<T>? running = null;
        var heard = GuestWord.None;
        try
        {
            why = await call.LetFreezeAsync(CancellationToken.None);
            if (why is null)
            {
                running = StartAsync(begin, ct);
                why = await call.AnswerAsync(running);
            }
        }
        finally
        {
            // Also when something threw that nobody expected: who waits in the guest is let go, and thaws.
            heard = await call.EndAsync();
            if (opened && heard.Thawed) await watch.FreezeClosedAsync();
        }
        why = heard.Reason ?? why;
        var value = running is not null ? await running : request.StepDown ? await begin(ct) : throw NotReached(request, why!);
        return new(value, why is null ? Consistency.FileSystem : Consistency.Crash, why ?? scripts, heard.FrozenFor, heard.Frozen, heard.ThawedCount, heard.Guard);
    }

    public async Task<FreezeCheck> CheckAsync(FreezeRequest request, CancellationToken ct) =>
        (unreachable ?? await SnapshotCall.LookAsync(fabric, vm, name, clock, _times, ct)) is { } silent
            ? hasQga ? await qga.CheckAsync(request, ct) : new(Consistency.Crash, silent, null)
            : new(Consistency.FileSystem, null, null);

    public Task<GuestLoad?> MeasureLoadAsync(TimeSpan over, CancellationToken ct) => qga.MeasureLoadAsync(over, ct);

    public Task<IReadOnlyList<ScriptRun>> FinishScriptsAsync(string token, CancellationToken ct) => qga.FinishScriptsAsync(token, ct);

    public async ValueTask DisposeAsync()
    {
        fabric.Dispose();
        await qga.DisposeAsync();
    }

    private async Task<FrozenResult<T>> OtherwiseAsync<T>(
        FreezeRequest request, IFreezeWatch watch, Func<CancellationToken, Task<T>> begin, Failure silent, CancellationToken ct)
    {
        if (hasQga)
        {
            var result = await qga.WhileFrozenAsync(request, watch, begin, ct);
            return result with { Warnings = [silent, .. result.Warnings] };
        }
        return Unfrozen(request.StepDown ? await begin(ct) : throw NotReached(request, silent), silent);
    }

    private static FrozenResult<T> Unfrozen<T>(T value, Failure? reason) => new(value, Consistency.Crash, reason, null, 0, 0, GuardVerdict.None);

    private static FailureException NotReached(FreezeRequest request, Failure reason)
    {
        var strict = Failure.Of(FailureCode.ConsistencyNotReached, reason.Stage, ("wanted", request.Wanted.ToText()), ("reason", reason.Code.ToText()));
        return new(strict with { Evidence = [new("reason", reason.ToString()), .. reason.Evidence] });
    }

    /// <summary>Makes a begin that throws before its first wait a task like any other, so that the guest is always answered.</summary>
    private static async Task<T> StartAsync<T>(Func<CancellationToken, Task<T>> begin, CancellationToken ct) => await begin(ct);
}
