namespace Stillpoint.Engine.Repairs;

/// <summary>Adds the guest agent's channel to the running VM and its definition; udev in the guest starts the agent.</summary>
internal sealed class HotplugChannelRepair() : RepairAction("hotplug-channel", safe: false)
{
    /// <summary>For the guest to see the device and start the agent, also where it is emulated.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);
    private static readonly TimeSpan Look = TimeSpan.FromMilliseconds(500);

    public override async Task DoAsync(RepairContext on, CancellationToken ct)
    {
        await on.Domain.AddAgentChannelAsync(ct);
        var started = on.Clock.GetTimestamp();
        while ((await on.Domain.GetConfigAsync(inactive: false, ct)).AgentConnected == false && on.Clock.GetElapsedTime(started) < Patience)
            await Task.Delay(Look, on.Clock, ct);
    }

    /// <summary>A point may have been taken over it already.</summary>
    public override async Task<bool> HasComeTrueAsync(RepairContext on, CancellationToken ct) =>
        (await on.Domain.GetConfigAsync(inactive: false, ct)).AgentConnected == true;

    /// <summary>Without an agent behind it the channel helped nobody; the definition is as it was.</summary>
    public override async Task<bool> UndoAsync(RepairContext on, CancellationToken ct)
    {
        await on.Domain.RemoveAgentChannelAsync(ct);
        return true;
    }
}
