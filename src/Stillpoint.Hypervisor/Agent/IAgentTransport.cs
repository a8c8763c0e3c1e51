using Stillpoint.Model;

namespace Stillpoint.Hypervisor.Agent;

/// <summary>One way to a VM's agent: a raw command, a raw reply, a bound.</summary>
internal interface IAgentTransport : IAsyncDisposable
{
    /// <summary>Sends one command. When it fails nothing is known about its effect: a freeze that timed out may still happen.</summary>
    /// <param name="timeout">Given to the agent for its answer. The call itself may last longer, waiting for another user of the agent.</param>
    /// <exception cref="FailureException">AgentNotConfigured, AgentNotConnected, AgentNotResponding, AgentCommandBlocked, VmNotRunning,
    /// or a host failure.</exception>
    Task<string> SendAsync(string json, TimeSpan timeout, CancellationToken ct);

    /// <summary>Bounds what libvirt itself asks of the agent, also on behalf of others; lost when the daemon restarts.</summary>
    Task SetResponseTimeoutAsync(TimeSpan timeout, CancellationToken ct);
}
