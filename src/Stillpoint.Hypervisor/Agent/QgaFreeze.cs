using Stillpoint.Model;

namespace Stillpoint.Hypervisor.Agent;

/// <param name="Count">File systems frozen; null: not known, and they may be, now or whenever the agent wakes.</param>
internal sealed record FreezeAnswer(int? Count, Failure? Failure);

/// <param name="Confirmed">The guest says it is thawed (or is no more).</param>
/// <param name="Count">File systems that were frozen until this thaw; null: an answer was lost.</param>
internal sealed record ThawAnswer(bool Confirmed, int? Count, Failure? Failure);

/// <summary>
/// The two commands and what must be done about their failures. No caller's cancellation reaches them: once a freeze is sent, only the
/// guest's word ends it.
/// </summary>
internal sealed class QgaFreeze(IAgentTransport freeze, IAgentTransport thaw, string vm, TimeProvider clock, QgaTimes times)
{
    /// <summary>A raw command: virDomainFSFreeze has no bound of its own and may succeed after it was given up.</summary>
    public async Task<FreezeAnswer> FreezeAsync(TimeSpan limit)
    {
        try
        {
            var reply = await freeze.SendAsync(AgentCommand.Freeze, limit, CancellationToken.None).ConfigureAwait(false);
            var count = AgentCommand.Read(reply, r => r.GetInt32());
            return new(count, count > 0 ? null : Failure.Of(FailureCode.FreezeFailed, Stage.Freeze, ("vm", vm)).With(new("guest-fsfreeze-freeze", "0")));
        }
        catch (FailureException e)
        {
            var code = e.Failure.Code is FailureCode.AgentNotResponding or FailureCode.HostUnreachable ? FailureCode.FreezeTimedOut : FailureCode.FreezeFailed;
            var failure = Failure.Of(code, Stage.Freeze, ("vm", vm), ("limit", Seconds(limit)));
            return new(null, failure with { Evidence = e.Failure.Evidence, Retryable = true });
        }
    }

    /// <summary>Until the guest confirms, or patience ends.</summary>
    /// <param name="known">The freeze was answered. If it was not, the guest is asked before anything is thawed: thawing releases other
    /// people's freezes too.</param>
    public async Task<ThawAnswer> ThawAsync(bool known)
    {
        var started = clock.GetTimestamp();
        var (thawed, lost, send) = (0, false, known);
        while (true)
        {
            Failure last;
            try
            {
                if (send)
                {
                    lost = !await TryAsync(async () => thawed += await SendThawAsync().ConfigureAwait(false)).ConfigureAwait(false) || lost;
                }
                var reply = await thaw.SendAsync(AgentCommand.FreezeStatus, times.Answer, CancellationToken.None).ConfigureAwait(false);
                var status = AgentCommand.Read(reply, r => r.GetString());
                if (status == "thawed") return new(true, lost ? null : thawed, null);
                send = true;
                last = NotThawed().With(new("guest-fsfreeze-status", status ?? ""));
            }
            catch (FailureException e)
            {
                if (e.Failure.Code is FailureCode.VmNotRunning or FailureCode.VmNotFound)
                    return new(true, null, Failure.Of(FailureCode.VmStoppedDuringJob, Stage.Thaw, ("vm", vm)));
                last = NotThawed() with { Evidence = e.Failure.Evidence };
            }
            if (clock.GetElapsedTime(started) >= times.ThawPatience) return new(false, null, last);
            await Task.Delay(times.ThawRetry, clock, CancellationToken.None).ConfigureAwait(false);
        }
    }

    private async Task<int> SendThawAsync() =>
        AgentCommand.Read(await thaw.SendAsync(AgentCommand.Thaw, times.Answer, CancellationToken.None).ConfigureAwait(false), r => r.GetInt32());

    /// <summary>A thaw whose answer is lost may have been carried out: the status, asked next, decides.</summary>
    private static async Task<bool> TryAsync(Func<Task> send)
    {
        try
        {
            await send().ConfigureAwait(false);
            return true;
        }
        catch (FailureException e) when (e.Failure.Code is not (FailureCode.VmNotRunning or FailureCode.VmNotFound))
        {
            return false;
        }
    }

    private Failure NotThawed() => Failure.Of(FailureCode.AgentNotResponding, Stage.Thaw, ("vm", vm), ("command", "guest-fsfreeze-thaw"));

    private static string Seconds(TimeSpan time) => time.TotalSeconds.ToString("0.#", System.Globalization.CultureInfo.InvariantCulture);
}
