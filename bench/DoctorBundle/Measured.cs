using System.Diagnostics;
using System.Globalization;
using System.Text.Json;

namespace Stillpoint.Bench.DoctorBundle;

/// <param name="Cpu">Seconds of processor time, the kernel's included.</param>
/// <param name="PrivateBytes">The most seen.</param>
/// <param name="Load">Of the machine in the last minute when it ended; on two quiet processors the run itself is about 1.</param>
/// <param name="Found">Ids of the causes.</param>
internal sealed record Measured(double Seconds, double Cpu, long PrivateBytes, string Load, string Found)
{
    private static readonly TimeSpan Look = TimeSpan.FromMilliseconds(50);

    /// <summary>USER_HZ, which /proc counts in on every Linux.</summary>
    private const double TicksOfSecond = 100;

    /// <summary>Memory and processor time are read twenty times a second while it runs.</summary>
    public static async Task<Measured> RunAsync(string program, string[] arguments)
    {
        var started = Stopwatch.GetTimestamp();
        using var process = Process.Start(new ProcessStartInfo(program, arguments) { RedirectStandardOutput = true })!;
        var reading = process.StandardOutput.ReadToEndAsync();
        var (most, cpu) = (0L, 0.0);
        using var timer = new PeriodicTimer(Look);
        while (!process.HasExited)
        {
            most = Math.Max(most, Private(process.Id));
            cpu = Math.Max(cpu, Processor(process.Id));
            await timer.WaitForNextTickAsync();
        }
        var seconds = Stopwatch.GetElapsedTime(started).TotalSeconds;
        using var json = JsonDocument.Parse(await reading);
        return new(
            seconds, cpu, most, File.ReadAllText("/proc/loadavg").Split(' ')[0],
            string.Join(", ", json.RootElement.GetProperty("causes").EnumerateArray().Select(c => c.GetProperty("id").GetString())));
    }

    private static long Private(int process) => Read($"/proc/{process}/smaps_rollup").Where(l => l.StartsWith("Private_", StringComparison.Ordinal))
        .Sum(l => long.Parse(l.Split(' ', StringSplitOptions.RemoveEmptyEntries)[1], CultureInfo.InvariantCulture) * 1024);

    private static double Processor(int process) =>
        Read($"/proc/{process}/stat") is [var line] && line[(line.LastIndexOf(')') + 2)..].Split(' ') is var field && field.Length > 13
            ? (long.Parse(field[11], CultureInfo.InvariantCulture) + long.Parse(field[12], CultureInfo.InvariantCulture)) / TicksOfSecond : 0;

    /// <summary>Empty where the process has ended meanwhile.</summary>
    private static string[] Read(string path)
    {
        try
        {
            return File.ReadAllLines(path);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return [];
        }
    }
}
