using System.Collections.Concurrent;
using System.Diagnostics;
using System.Globalization;
using Stillpoint.Contracts;

namespace Stillpoint.Bench.ServiceLoad;

/// <param name="Started">Seconds from its start until it answers.</param>
/// <param name="Warm">Seconds from its start until it has read what points there are.</param>
/// <param name="Idle">MiB of private memory when it has done that and rests.</param>
/// <param name="After">The same after the requests.</param>
/// <param name="Times">Milliseconds from the moment a request was due to its answer, by kind.</param>
internal sealed record Measured(double Started, double Warm, double Idle, double After, IReadOnlyDictionary<string, List<double>> Times, int Failed, string LoadAverage);

internal static class Measuring
{
    public static async Task<Measured> RunAsync(Site site, Load load)
    {
        var loadAverage = (await File.ReadAllTextAsync("/proc/loadavg")).Split(' ')[0];
        var watch = Stopwatch.StartNew();
        using var service = Start(site);
        try
        {
            using var client = StillpointClient.OverSocket(Path.Combine(site.Data, "service", "stillpointd.sock"));
            while (!await AnswersAsync(client))
            {
                if (service.HasExited) throw new InvalidOperationException($"stillpointd ended with {service.ExitCode}");
                await Task.Delay(TimeSpan.FromMilliseconds(20), TimeProvider.System);
            }
            var started = watch.Elapsed.TotalSeconds;
            while ((await client.Jobs.OverviewAsync(default)).Points is null) await Task.Delay(TimeSpan.FromSeconds(1), TimeProvider.System);
            var warm = watch.Elapsed.TotalSeconds;
            await Task.Delay(TimeSpan.FromSeconds(20), TimeProvider.System);
            var idle = PrivateMiB(service.Id);
            Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"answers after {started:F1} s, knows its points after {warm:F1} s, {idle:F0} MiB"));
            var (times, failed) = await AskAsync(client, load);
            return new(started, warm, idle, PrivateMiB(service.Id), times, failed, loadAverage);
        }
        finally
        {
            Process.Start("kill", service.Id.ToString(CultureInfo.InvariantCulture)).WaitForExit();
            service.WaitForExit();
        }
    }

    /// <summary>Each request begins at its time, whatever became of those before.</summary>
    private static async Task<(IReadOnlyDictionary<string, List<double>>, int)> AskAsync(StillpointClient client, Load load)
    {
        (string Name, Func<int, Task> Ask)[] kinds =
        [
            ("jobs, newest 50", _ => client.Jobs.ListAsync(default, limit: 50)),
            ("jobs of a VM", n => client.Jobs.ListAsync(default, vm: Site.NameOf(n % 1000), limit: 50)),
            ("jobs that failed", _ => client.Jobs.ListAsync(default, state: "failed", limit: 50)),
            ("points, newest 50", _ => client.Points.ListAsync(default, limit: 50)),
            ("points of a VM", n => client.Points.ListAsync(default, vm: Site.NameOf(n % 1000), limit: 50)),
            ("overview", _ => client.Jobs.OverviewAsync(default)),
            ("all VMs", _ => client.Vms.ListAsync(default)),
        ];
        var times = kinds.ToDictionary(k => k.Name, _ => new ConcurrentBag<double>());
        var failed = 0;
        var asked = new List<Task>();
        var watch = Stopwatch.StartNew();
        for (var n = 0; n < load.Rate * load.Seconds; n++)
        {
            var due = TimeSpan.FromSeconds((double)n / load.Rate);
            if (due - watch.Elapsed is { Ticks: > 0 } wait) await Task.Delay(wait, TimeProvider.System);
            var (name, ask) = kinds[n % kinds.Length];
            var number = n;
            asked.Add(Task.Run(async () =>
            {
                try
                {
                    await ask(number);
                    times[name].Add((watch.Elapsed - due).TotalMilliseconds);
                }
                catch (Exception e) when (e is HttpRequestException or ProblemException)
                {
                    if (Interlocked.Increment(ref failed) == 1) Console.WriteLine($"{name}: {e.Message}");
                }
            }));
        }
        await Task.WhenAll(asked);
        return (times.ToDictionary(t => t.Key, t => t.Value.Order().ToList()), failed);
    }

    private static async Task<bool> AnswersAsync(StillpointClient client)
    {
        try
        {
            await client.Access.WhoAsync(default);
            return true;
        }
        catch (HttpRequestException)
        {
            return false;
        }
    }

    private static Process Start(Site site)
    {
        var start = new ProcessStartInfo(Path.Combine(Repository.Root, "artifacts", "stillpointd", "stillpointd")) { RedirectStandardOutput = true };
        start.Environment["STILLPOINTD_DATA"] = site.Data;
        start.Environment["STILLPOINTD_HOST"] = site.Uri;
        start.Environment["STILLPOINTD_VAULT"] = site.Vault;
        start.Environment["STILLPOINTD_PASSPHRASE_FILE"] = site.PassphraseFile;
        start.Environment["STILLPOINTD_LISTEN"] = "127.0.0.1:0";
        var process = Process.Start(start)!;
        process.OutputDataReceived += (_, _) => { };
        process.BeginOutputReadLine();
        return process;
    }

    private static double PrivateMiB(int pid) => File.ReadLines($"/proc/{pid}/smaps_rollup").Where(l => l.StartsWith("Private_", StringComparison.Ordinal))
        .Sum(l => long.Parse(l.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries)[1], CultureInfo.InvariantCulture)) / 1024.0;
}
