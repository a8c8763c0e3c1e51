using Stillpoint.Hypervisor;
using Stillpoint.Model;

namespace Stillpoint.Engine.Capture;

/// <summary>Asks the agent what the guest is, for the point's description. Worth a few seconds while data are read, and no failure.</summary>
internal static class GuestInfo
{
    private static readonly TimeSpan Bound = TimeSpan.FromSeconds(3);

    public static async Task<string?> AskAsync(IDomain domain, DomainConfig config, CancellationToken ct)
    {
        if (!config.HasAgentChannel) return null;
        try
        {
            var system = await domain.AgentCommandAsync("""{"execute":"guest-get-osinfo"}""", Bound, ct);
            var agent = await domain.AgentCommandAsync("""{"execute":"guest-info"}""", Bound, ct);
            return $$"""{"osinfo":{{system}},"info":{{agent}}}""";
        }
        catch (FailureException)
        {
            return null;
        }
    }
}
