using Stillpoint.Hypervisor.Agent;

namespace Stillpoint.Hypervisor.Tests.Agent;

/// <summary>Holds every thaw back until released: a host that cannot thaw.</summary>
internal sealed class SuppressThaw(IAgentTransport inner) : IAgentTransport
{
    private readonly TaskCompletionSource _released = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource _held = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>The first thaw was asked for, and is being held.</summary>
    public Task Held => _held.Task;

    public void Release() => _released.SetResult();

    public async Task<string> SendAsync(string json, TimeSpan timeout, CancellationToken ct)
    {
        if (json == AgentCommand.Thaw)
        {
            _held.TrySetResult();
            await _released.Task;
        }
        return await inner.SendAsync(json, timeout, ct);
    }

    public Task SetResponseTimeoutAsync(TimeSpan timeout, CancellationToken ct) => inner.SetResponseTimeoutAsync(timeout, ct);

    public ValueTask DisposeAsync() => inner.DisposeAsync();
}
