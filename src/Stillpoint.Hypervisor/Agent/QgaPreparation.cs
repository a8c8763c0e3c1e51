using System.Text.Json;
using Stillpoint.Model;

namespace Stillpoint.Hypervisor.Agent;

/// <summary>
/// Everything that must be so before a freeze may be sent: an agent that answers now, nothing frozen by others, the commands to thaw with,
/// a synced guest, and the guard standing.
/// </summary>
internal sealed class QgaPreparation(IAgentTransport transport, string vm, TimeProvider clock, QgaTimes times)
{
    private static readonly string[] Needed = ["guest-fsfreeze-status", "guest-fsfreeze-freeze", "guest-fsfreeze-thaw"];
    private static readonly string[] NeededByGuard = ["guest-exec", "guest-exec-status"];

    private HashSet<string> _disabled = [];

    public GuestExec Exec { get; } = new(transport, clock, times);

    /// <summary>Set by the look: whether programs may be run in the guest.</summary>
    public bool MayExec => !NeededByGuard.Any(_disabled.Contains);

    /// <summary>Looks, and changes nothing.</summary>
    /// <returns>Why there must be no freeze; null: nothing speaks against it so far.</returns>
    public async Task<Failure?> LookAsync(FreezeRequest request, CancellationToken ct)
    {
        try
        {
            await transport.SetResponseTimeoutAsync(times.Answer, ct).ConfigureAwait(false);
            await PingAsync(ct).ConfigureAwait(false);
            if (await IsFrozenAsync(ct).ConfigureAwait(false)) return Failure.Of(FailureCode.FsFreezeLockHeld, Stage.Preflight, ("vm", vm));
            _disabled = await DisabledCommandsAsync(ct).ConfigureAwait(false);
            if (Needed.FirstOrDefault(_disabled.Contains) is { } needed) return Blocked(FailureCode.AgentCommandBlocked, needed);
            return MayExec || request.Guard == GuardRule.WardenAlone ? null : Blocked(FailureCode.GuardNotPossible, NeededByGuard.First(_disabled.Contains));
        }
        catch (FailureException e) when (IsTheAgents(e.Failure.Code))
        {
            return e.Failure;
        }
    }

    /// <summary>After a look that found nothing against a freeze: syncs the guest and starts the guard.</summary>
    /// <returns>The guard (none where the policy does without), or why there must be no freeze. After a reason no guard is left behind.</returns>
    public async Task<(GuestGuard? Guard, Failure? Reason)> GetReadyAsync(FreezeRequest request, CancellationToken ct)
    {
        if (!MayExec) return (null, null);
        GuestGuard? guard = null;
        try
        {
            var mounts = await MountsAsync(_disabled, ct).ConfigureAwait(false);
            await Exec.RunAsync("/bin/sh", ["-c", "sync"], times.Sync, ct).ConfigureAwait(false);
            guard = new(Exec, times, request.Token);
            if (await guard.StartAsync(vm, request.Limit, mounts, ct).ConfigureAwait(false) is { } reason)
                return request.Guard == GuardRule.WardenAlone ? (null, null) : (null, reason);

            // Right before the freeze: an agent that hangs must be found by this, for a freeze sent to it would be carried out whenever it wakes.
            await PingAsync(ct).ConfigureAwait(false);
            var standing = guard;
            guard = null;
            return (standing, null);
        }
        catch (FailureException e) when (IsTheAgents(e.Failure.Code))
        {
            return (null, e.Failure);
        }
        finally
        {
            if (guard is not null) await guard.StopAsync(CancellationToken.None).ConfigureAwait(false);
        }
    }

    public Failure ExecBlocked() => Blocked(FailureCode.AgentCommandBlocked, NeededByGuard.First(_disabled.Contains));

    private Task PingAsync(CancellationToken ct) => transport.SendAsync(AgentCommand.Ping, times.Answer, ct);

    private async Task<bool> IsFrozenAsync(CancellationToken ct)
    {
        var reply = await transport.SendAsync(AgentCommand.FreezeStatus, times.Answer, ct).ConfigureAwait(false);
        return AgentCommand.Read(reply, r => r.GetString()) != "thawed";
    }

    private async Task<HashSet<string>> DisabledCommandsAsync(CancellationToken ct)
    {
        var info = await transport.SendAsync(AgentCommand.Info, times.Answer, ct).ConfigureAwait(false);
        var enabled = AgentCommand.Read(info, r => r.GetProperty("supported_commands").EnumerateArray()
            .Where(c => c.GetProperty("enabled").GetBoolean()).Select(c => c.GetProperty("name").GetString()).ToHashSet(StringComparer.Ordinal));
        return [.. Needed.Concat(NeededByGuard).Append("guest-get-fsinfo").Where(c => !enabled.Contains(c))];
    }

    /// <summary>What the agent would freeze: it walks the same list. Empty when it cannot say; then the guard looks for itself.</summary>
    private async Task<IReadOnlyList<string>> MountsAsync(HashSet<string> disabled, CancellationToken ct)
    {
        if (disabled.Contains("guest-get-fsinfo")) return [];
        try
        {
            var list = await transport.SendAsync(AgentCommand.FileSystems, times.Answer, ct).ConfigureAwait(false);
            return AgentCommand.Read(list, r => r.EnumerateArray().Select(f => f.GetProperty("mountpoint").GetString()!).Distinct(StringComparer.Ordinal).ToArray());
        }
        catch (FailureException e) when (e.Failure.Code == FailureCode.HostRefused)
        {
            return [];
        }
    }

    private Failure Blocked(FailureCode code, string command) => Failure.Of(
        code, Stage.Guard, ("vm", vm), ("command", command), ("file", "/etc/sysconfig/qemu-ga"), ("setting", "BLOCK_RPCS, BLACKLIST_RPC, FILTER_RPC_ARGS"))
        .With(new("guest-info", command + " enabled=false"));

    /// <summary>What lowers the consistency instead of ending the job. The host's own failures end it: a begin would meet them too.</summary>
    public static bool IsTheAgents(FailureCode code) => code is FailureCode.AgentNotConfigured or FailureCode.AgentNotConnected
        or FailureCode.AgentNotResponding or FailureCode.AgentCommandBlocked or FailureCode.HostRefused;
}
