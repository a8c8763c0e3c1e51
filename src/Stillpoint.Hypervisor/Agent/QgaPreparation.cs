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

    private readonly GuestExec _exec = new(transport, clock, times);

    /// <returns>The guard (none where the policy does without), or why there must be no freeze. After a reason no guard is left behind.</returns>
    public async Task<(GuestGuard? Guard, Failure? Reason)> RunAsync(FreezeRequest request, CancellationToken ct)
    {
        GuestGuard? guard = null;
        try
        {
            await transport.SetResponseTimeoutAsync(times.Answer, ct).ConfigureAwait(false);
            await PingAsync(ct).ConfigureAwait(false);
            if (await IsFrozenAsync(ct).ConfigureAwait(false)) return (null, Failure.Of(FailureCode.FsFreezeLockHeld, Stage.Preflight, ("vm", vm)));
            var disabled = await DisabledCommandsAsync(ct).ConfigureAwait(false);
            if (Needed.FirstOrDefault(disabled.Contains) is { } needed) return (null, Blocked(FailureCode.AgentCommandBlocked, needed));
            if (NeededByGuard.FirstOrDefault(disabled.Contains) is { } forGuard)
                return (null, request.Guard == GuardRule.WardenAlone ? null : Blocked(FailureCode.GuardNotPossible, forGuard));

            var mounts = await MountsAsync(disabled, ct).ConfigureAwait(false);
            await _exec.RunAsync("/bin/sh", ["-c", "sync"], times.Sync, ct).ConfigureAwait(false);
            guard = new(_exec, times, request.Token);
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
    private static bool IsTheAgents(FailureCode code) => code is FailureCode.AgentNotConfigured or FailureCode.AgentNotConnected
        or FailureCode.AgentNotResponding or FailureCode.AgentCommandBlocked or FailureCode.HostRefused;
}
