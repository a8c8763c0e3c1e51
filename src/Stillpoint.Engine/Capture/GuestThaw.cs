using System.Text.Json;
using Stillpoint.Hypervisor;
using Stillpoint.Model;

namespace Stillpoint.Engine.Capture;

/// <summary>
/// Thaws a guest from outside the channel that froze it: the warden's and the recovery's way. Asks until the agent itself says "thawed".
/// </summary>
internal static class GuestThaw
{
    private static readonly TimeSpan OneCall = TimeSpan.FromSeconds(3);
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(200);

    /// <exception cref="FailureException">The agent's last failure once <paramref name="bound"/> has passed without a confirmed thaw.</exception>
    public static async Task UntilConfirmedAsync(IDomain domain, TimeSpan bound, TimeProvider clock, CancellationToken ct)
    {
        var started = clock.GetTimestamp();
        while (true)
        {
            FailureException last;
            try
            {
                await domain.AgentCommandAsync("""{"execute":"guest-fsfreeze-thaw"}""", OneCall, ct);
                if (await IsThawedAsync(domain, ct)) return;
                last = new(FailureCode.AgentNotResponding, Stage.Thaw, ("vm", domain.Name));
            }
            catch (FailureException e)
            {
                last = e;
            }
            if (clock.GetElapsedTime(started) >= bound) throw last;
            await Task.Delay(Pause, clock, ct);
        }
    }

    private static async Task<bool> IsThawedAsync(IDomain domain, CancellationToken ct)
    {
        using var reply = JsonDocument.Parse(await domain.AgentCommandAsync("""{"execute":"guest-fsfreeze-status"}""", OneCall, ct));
        return reply.RootElement.TryGetProperty("return", out var status) &&
            status.ValueKind is JsonValueKind.String && status.ValueEquals("thawed");
    }
}
