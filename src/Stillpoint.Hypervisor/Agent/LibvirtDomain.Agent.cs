using Stillpoint.Hypervisor.Agent;
using Stillpoint.Hypervisor.Host;
using Stillpoint.Hypervisor.Interop;
using Stillpoint.Model;

namespace Stillpoint.Hypervisor;

internal sealed partial class LibvirtDomain
{
    // Beyond the command's own time: libvirt's sync with the agent (5 s) and its wait for another user of the agent (30 s).
    private static readonly TimeSpan AgentOverhead = TimeSpan.FromSeconds(45);

    public async Task<IGuestChannel> OpenAgentChannelAsync(CancellationToken ct)
    {
        var freeze = await LibvirtAgentTransport.OpenAsync(connection.Uri, connection.Clock, id, name, ct).ConfigureAwait(false);
        try
        {
            var thaw = await LibvirtAgentTransport.OpenAsync(connection.Uri, connection.Clock, id, name, ct).ConfigureAwait(false);
            return new QgaChannel(freeze, thaw, name, connection.Clock, QgaTimes.Default);
        }
        catch (FailureException)
        {
            await freeze.DisposeAsync().ConfigureAwait(false);
            throw;
        }
    }

    public Task<string> AgentCommandAsync(string json, TimeSpan timeout, CancellationToken ct) =>
        connection.WithDomainAsync(id, Stage.Preflight, timeout + AgentOverhead, domain => AgentCommandOn(domain, json, timeout), ct);

    /// <summary>See <see cref="IAgentTransport.SetResponseTimeoutAsync"/>.</summary>
    internal Task SetAgentResponseTimeoutAsync(TimeSpan timeout, CancellationToken ct) => RunAsync(Stage.Preflight, domain =>
        NativeMethods.virDomainAgentSetResponseTimeout(domain, Seconds(timeout), 0) == 0
            ? 0 : throw AgentFailure(domain, "guest-sync", NativeError.Last()), ct);

    private string AgentCommandOn(DomainHandle domain, string json, TimeSpan timeout)
    {
        var reply = NativeMethods.virDomainQemuAgentCommand(domain, json, Seconds(timeout), 0);
        return reply != 0 ? NativeText.Take(reply) : throw AgentFailure(domain, AgentCommand.NameOf(json), NativeError.Last());
    }

    private Exception AgentFailure(DomainHandle domain, string command, NativeError error)
    {
        var failure = AgentFailures.From(error, command, name, () =>
        {
            var xml = NativeMethods.virDomainGetXMLDesc(domain, 0);
            return xml == 0 ? null : NativeText.Take(xml);
        });
        return failure is null ? new LibvirtException("virDomainQemuAgentCommand " + command, error) : new FailureException(failure);
    }

    /// <summary>At least 1: to libvirt 0 means not to wait for the answer at all.</summary>
    private static int Seconds(TimeSpan timeout) => Math.Max(1, (int)Math.Ceiling(timeout.TotalSeconds));
}
