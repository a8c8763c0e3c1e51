using System.Globalization;
using Stillpoint.TestKit;
using Xunit;

namespace Stillpoint.EndToEnd.Tests.Safety;

/// <summary>A backup whose worker stands at a step, and its three processes.</summary>
internal sealed class PausedJob(RunningCall call, string folder) : IDisposable
{
    private int _worker;
    private int? _warden;

    /// <summary>A call of <see cref="StillpointCli.Pausing"/> whose job stands at the step.</summary>
    public static async Task<PausedJob> AtAsync(string step, StillpointCli cli, params string[] arguments)
    {
        var folder = cli.Folder["pause-" + Guid.NewGuid().ToString("N")[..8]];
        Directory.CreateDirectory(folder);
        var call = cli.Call(arguments) with
        {
            File = StillpointCli.Pausing,
            Environment = new() { ["STILLPOINT_TEST_STEP"] = step, ["STILLPOINT_TEST_FOLDER"] = folder },
        };
        var job = new PausedJob(new(call), folder);
        await job.StandsAsync();
        return job;
    }

    private async Task StandsAsync()
    {
        var reached = Path.Combine(folder, "reached");
        await Eventually.IsAsync("the backup stands at its step", () => File.Exists(reached) || call.HasEnded);
        if (call.HasEnded) Assert.Fail($"it ended before: {await call.EndAsync()}");
        _worker = int.Parse(await File.ReadAllTextAsync(reached), CultureInfo.InvariantCulture);
        _warden = Children(_worker).Where(p => Words(p).Contains("warden")).Cast<int?>().SingleOrDefault();
    }

    /// <summary>All at once.</summary>
    public async Task KillAsync(Victims victims)
    {
        var processes = new List<int>();
        if (victims.HasFlag(Victims.Worker)) processes.Add(_worker);
        if (victims.HasFlag(Victims.Control)) processes.Add(call.ProcessId);
        if (victims.HasFlag(Victims.Warden)) processes.Add(_warden!.Value);
        (await Tool.RunAsync("kill", ["-9", .. processes.Select(p => p.ToString(CultureInfo.InvariantCulture))])).Must();
    }

    public void GoOn() => File.WriteAllText(Path.Combine(folder, "go"), "");

    public Task<ToolResult> EndAsync() => call.EndAsync();

    public Task<CliResult> ResultAsync() => call.ResultAsync();

    /// <summary>Worker and warden, orphaned or not, end by themselves once nothing is left for them to do.</summary>
    public Task MustBeGoneAsync() => Eventually.IsAsync(
        "worker and warden have ended", () => !IsOurs(_worker) && (_warden is not { } warden || !IsOurs(warden)));

    public void Dispose() => call.Dispose();

    // A process that nobody has waited for yet has no words left.
    private static bool IsOurs(int process) => Words(process).Any(w => w.EndsWith("pausing-stillpoint", StringComparison.Ordinal));

    private static IEnumerable<int> Children(int parent) => Directory.EnumerateDirectories("/proc")
        .Select(f => int.TryParse(Path.GetFileName(f), NumberStyles.None, CultureInfo.InvariantCulture, out var id) ? id : 0)
        .Where(id => id > 0 && ParentOf(id) == parent);

    private static int ParentOf(int process)
    {
        var stat = Read($"/proc/{process}/stat");
        // The name in brackets may hold anything.
        var fields = stat[(stat.LastIndexOf(')') + 1)..].Split(' ', StringSplitOptions.RemoveEmptyEntries);
        return fields.Length > 1 ? int.Parse(fields[1], CultureInfo.InvariantCulture) : 0;
    }

    private static string[] Words(int process) => Read($"/proc/{process}/cmdline").Split('\0');

    private static string Read(string path)
    {
        try
        {
            return File.ReadAllText(path);
        }
        catch (IOException)
        {
            return ""; // it has ended
        }
    }
}
