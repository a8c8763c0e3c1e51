using Stillpoint.Engine.Network;
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
            Failure? unreachable = null;
            if (setup.Found)
            {
                // An address of yesterday may be another VM's today: what is not found now is not told.
                var found = await GuestAddresses.FindAsync(domain, clock, ct);
                setup = setup with { Addresses = [.. found.Select(f => f.Address)] };
                if (found.Count == 0) unreachable = Failure.Of(FailureCode.GuestAddressNotFound, Stage.Preflight, ("vm", domain.Name)).CanRetry();
            }
            return new WaagentChannel(new(setup.Socket), setup, domain.Id, domain.Name, [.. disks], qga, hasQga, clock, unreachable: unreachable);
        }
        catch
        {
            await qga.DisposeAsync();
            throw;
        }
    }
}
