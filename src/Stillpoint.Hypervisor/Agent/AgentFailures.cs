using System.Xml.Linq;
using Stillpoint.Hypervisor.Interop;
using Stillpoint.Model;

namespace Stillpoint.Hypervisor.Agent;

/// <summary>What libvirt and the agent say about a failed agent command, as a failure.</summary>
internal static class AgentFailures
{
    /// <param name="liveXml">The domain's XML now, asked only where it decides: libvirt's four texts for "unresponsive" are not decided by.</param>
    public static Failure? From(NativeError error, string command, string vm, Func<string?> liveXml)
    {
        var failure = error.Code switch
        {
            VirError.ArgumentUnsupported => Failure.Of(FailureCode.AgentNotConfigured, Stage.Preflight, ("vm", vm)),
            // libvirt says "not running" of a paused domain too: it cannot answer, but if it was frozen it still is, and it must not count as gone.
            VirError.OperationInvalid when IsActive(liveXml()) => NotResponding(vm, command),
            VirError.OperationInvalid => Failure.Of(FailureCode.VmNotRunning, Stage.Preflight, ("vm", vm)),
            VirError.AgentUnresponsive when ChannelState(liveXml()) is "connected" or null => NotResponding(vm, command),
            VirError.AgentUnresponsive => Failure.Of(FailureCode.AgentNotConnected, Stage.Preflight, ("vm", vm)).CanRetry(),
            // Somebody else's agent command is under way, and has been for 30 s.
            VirError.OperationTimeout => NotResponding(vm, command),
            VirError.Internal when IsBlocked(error.Message) =>
                Failure.Of(FailureCode.AgentCommandBlocked, Stage.Preflight, ("vm", vm), ("command", command)),
            _ => null,
        };
        return failure?.With(LibvirtFailures.Evidence("virDomainQemuAgentCommand " + command, error));
    }

    private static Failure NotResponding(string vm, string command) =>
        Failure.Of(FailureCode.AgentNotResponding, Stage.Preflight, ("vm", vm), ("command", command)).CanRetry();

    /// <summary>The agent's own English; it is never translated. In its frozen state it says the same of all it does not allow then.</summary>
    private static bool IsBlocked(string message) =>
        message.Contains("has been disabled", StringComparison.Ordinal)
        || message.Contains("has not been found", StringComparison.Ordinal)
        || message.Contains("is not allowed", StringComparison.Ordinal);

    private static bool IsActive(string? xml) => xml is not null && XElement.Parse(xml).Attribute("id") is not null;

    private static string? ChannelState(string? xml) => xml is null ? null : (string?)XElement.Parse(xml).Element("devices")?
        .Elements("channel").Select(c => c.Element("target"))
        .FirstOrDefault(t => (string?)t?.Attribute("name") == DomainXml.AgentChannel)?.Attribute("state") ?? "disconnected";
}
