using System.Diagnostics;
using System.Globalization;

namespace Stillpoint.Bench.VaultBench;

/// <summary>Wall and CPU time and the peak of private memory (RssAnon, sampled every 50 ms) of one step.</summary>
internal static class Measured
{
    public static async Task<T> RunAsync<T>(string name, Func<Task<T>> step, Func<T, long> bytes)
    {
        var process = Process.GetCurrentProcess();
        var (user, system) = (process.UserProcessorTime, process.PrivilegedProcessorTime);
        long peak = 0;
        using var sampler = new Timer(_ => peak = Math.Max(peak, PrivateKiB()), null, 0, 50);
        var watch = Stopwatch.StartNew();
        var result = await Task.Run(step);
        var wall = watch.Elapsed.TotalSeconds;
        process.Refresh();
        Console.WriteLine(string.Create(
            CultureInfo.InvariantCulture, $"{name,-10} {wall,7:F2} s wall {(process.UserProcessorTime - user).TotalSeconds,7:F2} s user {(process.PrivilegedProcessorTime - system).TotalSeconds,6:F2} s system {bytes(result) / 1e6,9:F1} MB {peak / 1024,5} MiB private"));
        return result;
    }

    private static long PrivateKiB() =>
        long.Parse(File.ReadLines("/proc/self/status").First(l => l.StartsWith("RssAnon:", StringComparison.Ordinal)).Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries)[1], CultureInfo.InvariantCulture);
}
