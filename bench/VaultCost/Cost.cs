using System.Diagnostics;

namespace Stillpoint.Bench.VaultCost;

/// <summary>What a step costs: the least of a few repetitions, since what else the machine does only ever adds.</summary>
/// <param name="Wall">Milliseconds until it is done, waiting for the disk's syncs included.</param>
/// <param name="Cpu">Milliseconds of all threads of this process.</param>
internal sealed record Cost(double Wall, double Cpu)
{
    public static async Task<Cost> OfAsync(int times, Func<Task> step)
    {
        var (wall, cpu) = (double.MaxValue, double.MaxValue);
        for (var i = 0; i < times; i++)
        {
            var before = Environment.CpuUsage.TotalTime;
            var watch = Stopwatch.StartNew();
            await step();
            wall = Math.Min(wall, watch.Elapsed.TotalMilliseconds);
            cpu = Math.Min(cpu, (Environment.CpuUsage.TotalTime - before).TotalMilliseconds);
        }
        return new(wall, cpu);
    }
}
