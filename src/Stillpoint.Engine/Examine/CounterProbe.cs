using System.Globalization;
using System.Runtime.CompilerServices;
using Stillpoint.Hypervisor;
using Stillpoint.Model;

namespace Stillpoint.Engine.Examine;

/// <summary>What the host sees of a running guest without asking it: how busy its processors are, its memory, whether it writes, errors of its disks.</summary>
internal sealed class CounterProbe(IDomain domain, TimeProvider clock) : IFactSource
{
    private const string Source = "virDomainListGetStats";

    /// <summary>Long enough for a rate; a guest that writes does so within it.</summary>
    private static readonly TimeSpan Between = TimeSpan.FromSeconds(2);

    public string Name => "counters";

    public async IAsyncEnumerable<Fact> CollectAsync([EnumeratorCancellation] CancellationToken ct)
    {
        var (first, started) = (await domain.ReadCountersAsync(ct), clock.GetTimestamp());
        await Task.Delay(Between, clock, ct);
        var second = await domain.ReadCountersAsync(ct);
        var wall = clock.GetElapsedTime(started).TotalNanoseconds * Math.Max(1, second.Processors);
        yield return Fact("guest.cpu-percent", Math.Clamp(100.0 * (second.BusyNanoseconds - first.BusyNanoseconds) / wall, 0, 100));
        if (second is { MemoryBytes: > 0 and var all, MemoryUsableBytes: { } usable })
            yield return Fact("guest.memory-percent", 100.0 * (all - usable) / all);
        yield return Fact("guest.writes", second.Writes - first.Writes);
        foreach (var (disk, error) in second.DiskErrors) yield return new("host.disk-error:" + disk, error, "virDomainGetDiskErrors", clock.GetUtcNow());
    }

    private Fact Fact(string name, double value) => new(name, Math.Round(value, 1).ToString(CultureInfo.InvariantCulture), Source, clock.GetUtcNow());
}
