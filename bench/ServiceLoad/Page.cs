using System.Globalization;
using System.Text;

namespace Stillpoint.Bench.ServiceLoad;

/// <summary>docs/performance-service.md.</summary>
internal static class Page
{
    private const double WantedMs = 50, WantedStart = 3, WantedMiB = 200;

    public static string Of(Size size, Load load, Measured m, string arguments)
    {
        var text = new StringBuilder();
        text.Append(CultureInfo.InvariantCulture, $"""
            # The service with years behind it

            One run of `{$"dotnet run -c Release --project bench/ServiceLoad -- --work DIR {arguments}".TrimEnd()} --write`; it overwrites this page. Machine: {Environment.ProcessorCount} cores, which the
            service, libvirtd and whoever asks share; one-minute load average when it began: {m.LoadAverage}.

            {size.Vms:N0} VMs in libvirt (off) and under a policy, {size.Points:N0} recovery points in a vault on a local disk, {size.Jobs:N0} jobs in the catalog (SQLite). {load.Rate} requests a second
            for {load.Seconds} s over the service's socket, each begun at its time whatever became of those before, each kind as often as the others. A time is from then to the answer's end.

            | request | p50 ms | p95 ms | p99 ms | wanted of p95 |
            | --- | ---: | ---: | ---: | --- |

            """);
        foreach (var (name, times) in m.Times)
            text.Append(CultureInfo.InvariantCulture, $"| {name} | {At(times, 0.50):F1} | {At(times, 0.95):F1} | {At(times, 0.99):F1} | {(name == "all VMs" ? "" : Verdict(At(times, 0.95), WantedMs, "ms"))} |\n");
        text.Append(CultureInfo.InvariantCulture, $"""

            "all VMs" is one answer with every VM, as libvirt tells it at that moment: no list, and no bound is set for it. Requests that failed: {m.Failed}.

            | | value | wanted |
            | --- | ---: | --- |
            | from its start until it answers, s | {m.Started:F1} | {Verdict(m.Started, WantedStart, "s")} |
            | until it knows all points, s | {m.Warm:F1} | |
            | private memory at rest, MiB | {m.Idle:F0} | {Verdict(m.Idle, WantedMiB, "MiB")} |
            | private memory after the requests, MiB | {m.After:F0} | |

            """);
        return text.ToString();
    }

    private static string Verdict(double value, double most, string unit) =>
        string.Create(CultureInfo.InvariantCulture, $"< {most} {unit}: {(value < most ? "reached" : "**not reached**")}");

    private static double At(List<double> ordered, double share) => ordered.Count == 0 ? double.NaN : ordered[Math.Min(ordered.Count - 1, (int)(share * ordered.Count))];
}
