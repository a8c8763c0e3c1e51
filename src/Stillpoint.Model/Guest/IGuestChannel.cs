namespace Stillpoint.Model;

/// <summary>The way to a VM's agent.</summary>
public interface IGuestChannel : IAsyncDisposable
{
    /// <summary>
    /// Brings the guest to rest as far as the request and the guest allow, runs <paramref name="begin"/> exactly once, and thaws.
    /// <list type="bullet">
    /// <item>Whatever happens (an exception from <paramref name="begin"/>, cancellation, a freeze that reports an error), the guest is asked for
    /// its state and thawed before this returns, by a timer of its own if <paramref name="begin"/> has not returned at the limit.</item>
    /// <item>Where no freeze is possible, <paramref name="begin"/> runs unfrozen and the result says why; under
    /// <see cref="FreezeRequest.StepDown"/> = false it does not run and a <see cref="FailureException"/> with
    /// <see cref="FailureCode.ConsistencyNotReached"/> is thrown, the reason as its evidence.</item>
    /// <item>Nothing but <paramref name="begin"/> happens while the guest is frozen.</item>
    /// <item>The guest's own scripts run before the freeze and, whatever happened, after the thaw; where they cannot be had run now, the watch
    /// still knows of them, and the guest runs the second ones by itself within minutes.</item>
    /// </list>
    /// </summary>
    Task<FrozenResult<T>> WhileFrozenAsync<T>(
        FreezeRequest request, IFreezeWatch watch, Func<CancellationToken, Task<T>> begin, CancellationToken ct);

    /// <summary>
    /// Makes everything ready for a freeze, the guard included, and takes it back: nothing is frozen.
    /// </summary>
    Task<FreezeCheck> CheckAsync(FreezeRequest request, CancellationToken ct);

    /// <summary>How busy the guest is over a while; null where it does not tell. Changes nothing, and throws nothing of the agent's.</summary>
    Task<GuestLoad?> MeasureLoadAsync(TimeSpan over, CancellationToken ct);

    /// <summary>Has the scripts after the freeze run for whoever could not: once, and nothing where they have been run or the guest was restarted.</summary>
    /// <exception cref="FailureException">The agent did not answer, or they have not ended after two minutes (they go on).</exception>
    Task<IReadOnlyList<ScriptRun>> FinishScriptsAsync(string token, CancellationToken ct);
}

/// <param name="Reachable">What a point would be worth now.</param>
/// <param name="Reason">Null: a freeze would be tried now. Else why not, as <see cref="FrozenResult{T}.Reason"/> would say.</param>
/// <param name="Scripts">Why the guest's scripts would not be run although there are some.</param>
public sealed record FreezeCheck(Consistency Reachable, Failure? Reason, Failure? Scripts);

/// <param name="Token">Names this freeze in the guest's guard lock and in the journal: letters, digits and dashes.</param>
public sealed record FreezeRequest(Consistency Wanted, bool StepDown, TimeSpan Limit, GuardRule Guard, string Token)
{
    public ScriptPolicy Scripts { get; init; } = ScriptPolicy.Default;

    public static FreezeRequest From(CapturePolicy policy, string token) =>
        new(policy.Wanted, policy.StepDown, policy.FreezeLimit, policy.Guard, token) { Scripts = policy.Scripts };
}

/// <summary>
/// Told about a freeze by the channel, so that whoever must thaw in the channel's place knows of it. Implemented over the journal and the warden.
/// </summary>
public interface IFreezeWatch
{
    /// <summary>
    /// Called before the freeze command is sent. When it returns, the open freeze is durable and the warden's clock runs.
    /// If it throws, nothing is frozen.
    /// </summary>
    Task FreezeOpeningAsync(CancellationToken ct);

    /// <summary>Called once the guest has confirmed that it is thawed, and only then.</summary>
    Task FreezeClosedAsync();

    /// <summary>Called before the first script is run; not at all where there is none. When it returns, it is durable that they were begun.</summary>
    /// <param name="until">At the latest then the guest itself has begun the scripts after the freeze.</param>
    Task ScriptsOpeningAsync(DateTimeOffset until, CancellationToken ct);

    /// <summary>Called once the scripts after the freeze have ended, and only then.</summary>
    Task ScriptsClosedAsync();
}

public enum GuardVerdict
{
    /// <summary>There was no guard (no freeze, or the policy accepted the warden alone).</summary>
    None,
    DidNotFire,

    /// <summary>The guard thawed: the point is not file-system consistent, whatever the agent said.</summary>
    Fired,

    /// <summary>The guard's word could not be had: counts as fired.</summary>
    Unknown,
}

/// <param name="Value">What begin returned.</param>
/// <param name="Reached">File system only if begin returned before thaw was sent, thaw reported as many file systems as freeze, and the guard says
/// it did not fire. Application if besides there are scripts before the freeze, all were run and all succeeded.</param>
/// <param name="Reason">Why <paramref name="Reached"/> is lower than wanted.</param>
/// <param name="Frozen">From sending the freeze to the confirmed thaw; null when nothing was frozen.</param>
public sealed record FrozenResult<T>(
    T Value, Consistency Reached, Failure? Reason, TimeSpan? Frozen, int FrozenFileSystems, int ThawedFileSystems, GuardVerdict Guard)
{
    /// <summary>The guest's scripts that were run, in their order.</summary>
    public IReadOnlyList<ScriptRun> Scripts { get; init; } = [];

    /// <summary>What went wrong with scripts without lowering the point below what was wanted.</summary>
    public IReadOnlyList<Failure> Warnings { get; init; } = [];
}
