using System.Collections.Concurrent;
using Stillpoint.Hypervisor;
using Stillpoint.Model;

namespace Stillpoint.Control.Scheduling;

/// <summary>A look at all registered hosts at once: which answer, which VMs they have. The first time also what an interrupted restore left there.</summary>
internal sealed class HostLook(StillpointControl control, Func<HostUri, CancellationToken, Task<IHypervisorHost>> connect, ISchedulerEvents events, TimeProvider clock)
{
    private readonly ConcurrentDictionary<string, bool> _finished = [];

    /// <returns>Those out of reach.</returns>
    public async Task<IReadOnlySet<string>> RunAsync(CancellationToken ct)
    {
        var silent = new ConcurrentBag<string>();
        await Task.WhenAll(control.Places.Hosts.Where(h => h.Registered).Select(async h =>
        {
            try
            {
                await using var host = await connect(HostUri.Parse(h.Uri), ct);
                if (_finished.TryAdd(h.Uri, true)) await control.FinishRestoresAsync(host, f => events.Publish(new LookFailed(clock.GetUtcNow(), f)), ct);
                await control.DiscoverAsync(host, ct);
            }
            catch (FailureException e)
            {
                silent.Add(h.Uri);
                events.Publish(new HostOutOfReach(clock.GetUtcNow(), h.Uri, e.Failure));
            }
        }));
        return silent.ToHashSet(StringComparer.Ordinal);
    }
}
