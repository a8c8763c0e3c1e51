using Stillpoint.Hypervisor;
using Stillpoint.Model;
using Stillpoint.Waagent;

namespace Stillpoint.Engine.Channels;

/// <summary>Opens the channel that a VM is to be frozen by.</summary>
internal static class GuestChannels
{
    /// <param name="disks">Targets of what will be taken.</param>
    public static async Task<IGuestChannel> OpenAsync(EnginePaths paths, IDomain domain, IEnumerable<string> disks, TimeProvider clock, CancellationToken ct)
    {
        var setup = new ChannelSettings(paths).Find(domain.Id);
        var qga = await domain.OpenAgentChannelAsync(ct);
        if (setup is null) return qga;
        try
        {
            var hasQga = (await domain.GetConfigAsync(inactive: false, ct)).AgentConnected is true;
            return new WaagentChannel(new(setup.Socket), setup, domain.Id, domain.Name, [.. disks], qga, hasQga, clock);
        }
        catch
        {
            await qga.DisposeAsync();
            throw;
        }
    }
}
