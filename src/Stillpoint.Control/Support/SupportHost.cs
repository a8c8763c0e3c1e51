using System.ComponentModel;
using System.Diagnostics;
using System.Globalization;
using System.Runtime.InteropServices;
using System.Text.Json.Nodes;
using Stillpoint.Hypervisor;
using Stillpoint.Model;

namespace Stillpoint.Control.Support;

/// <summary>The machine: what it runs, how much of everything it has, what its log says of the service.</summary>
internal static class SupportHost
{
    private const int MostLogLines = 20_000, MostLogBytes = 8 << 20;
    private static readonly TimeSpan Bound = TimeSpan.FromSeconds(20);

    public static async Task<JsonObject> VersionsAsync(string stillpoint, TimeProvider clock, CancellationToken ct)
    {
        var json = new JsonObject
        {
            ["stillpoint"] = stillpoint, ["runtime"] = RuntimeInformation.FrameworkDescription, ["system"] = Line("/etc/os-release", "PRETTY_NAME="),
            ["kernel"] = Line("/proc/sys/kernel/osrelease", ""), ["at"] = clock.GetUtcNow(),
        };
        foreach (var tool in new[] { "libvirtd", "qemu-system-x86_64", "qemu-img", "qemu-nbd" })
            json[tool] = (await RunAsync(tool, ["--version"], clock, ct)).Split('\n')[0];
        return json;
    }

    public static async Task<JsonObject> FactsAsync(
        Func<CancellationToken, Task<IHypervisorHost>> connect, string data, string? vault, string? vm, TimeProvider clock, CancellationToken ct) => new()
        {
            ["processors"] = Environment.ProcessorCount, ["memory"] = Line("/proc/meminfo", "MemTotal:"), ["memoryAvailable"] = Line("/proc/meminfo", "MemAvailable:"),
            ["load"] = Line("/proc/loadavg", ""), ["timeZone"] = TimeZoneInfo.Local.Id, ["dataFolder"] = await SpaceAsync(data, clock, ct), ["vault"] = vault is null ? null : await SpaceAsync(vault, clock, ct),
            ["journal"] = Directory.Exists(Path.Combine(data, "journal")) ? Directory.GetFiles(Path.Combine(data, "journal")).Length : 0,
            ["libvirt"] = await LibvirtAsync(connect, vm, ct),
        };

    /// <summary>The service's part of the system's log, its newest lines; why there is none, where there is none.</summary>
    public static async Task<string> LogAsync(int days, TimeProvider clock, CancellationToken ct)
    {
        var log = await RunAsync(
            "journalctl", ["--unit=stillpointd", $"--since=-{days}d", $"--lines={MostLogLines}", "--output=short-iso-precise", "--no-pager", "--quiet"], clock, ct);
        if (log.Length == 0) return string.Create(CultureInfo.InvariantCulture, $"journalctl has no line of stillpointd from the last {days} days\n");
        return log.Length > MostLogBytes ? log[^MostLogBytes..] : log;
    }

    private static async Task<JsonObject> LibvirtAsync(Func<CancellationToken, Task<IHypervisorHost>> connect, string? vm, CancellationToken ct)
    {
        try
        {
            await using var host = await connect(ct);
            var vms = (await host.ListDomainsAsync(ct)).Where(v => vm is null || v.Name == vm || v.Id.ToString() == vm);
            return new()
            {
                ["uri"] = host.Uri.Text,
                ["vms"] = new JsonArray([.. vms.Select(v => new JsonObject { ["name"] = v.Name, ["id"] = v.Id.ToString(), ["state"] = v.State.ToText() })]),
            };
        }
        catch (FailureException e)
        {
            return new() { ["notRead"] = e.Failure.Code.ToText() };
        }
    }

    /// <summary>A mount that hangs costs its line: the call into it is left behind.</summary>
    private static async Task<JsonObject> SpaceAsync(string folder, TimeProvider clock, CancellationToken ct)
    {
        try
        {
            return await Task.Run(() => Space(folder), CancellationToken.None).WaitAsync(Bound, clock, ct);
        }
        catch (TimeoutException)
        {
            return new() { ["path"] = folder, ["notRead"] = $"no answer within {Bound.TotalSeconds:0} s" };
        }
    }

    private static JsonObject Space(string folder)
    {
        try
        {
            var drive = new DriveInfo(folder);
            return new() { ["path"] = folder, ["fileSystem"] = drive.DriveFormat, ["bytes"] = drive.TotalSize, ["bytesFree"] = drive.AvailableFreeSpace };
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or ArgumentException)
        {
            return new() { ["path"] = folder, ["notRead"] = e.Message };
        }
    }

    /// <summary>What follows <paramref name="begin"/> in the first line that begins so.</summary>
    private static string? Line(string file, string begin)
    {
        try
        {
            return File.ReadLines(file).FirstOrDefault(l => l.StartsWith(begin, StringComparison.Ordinal))?[begin.Length..].Trim(' ', '"');
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }

    /// <summary>What it prints; why it did not, where it is not there or fails.</summary>
    private static async Task<string> RunAsync(string program, IReadOnlyList<string> arguments, TimeProvider clock, CancellationToken ct)
    {
        using var timer = new CancellationTokenSource(Bound, clock);
        using var bound = CancellationTokenSource.CreateLinkedTokenSource(ct, timer.Token);
        try
        {
            using var process = Process.Start(new ProcessStartInfo(program, arguments) { RedirectStandardOutput = true, RedirectStandardError = true })!;
            try
            {
                var (said, errors) = (process.StandardOutput.ReadToEndAsync(bound.Token), process.StandardError.ReadToEndAsync(bound.Token));
                await process.WaitForExitAsync(bound.Token);
                if (process.ExitCode == 0) return await said;
                var why = (await errors).Trim();
                return string.Create(CultureInfo.InvariantCulture, $"{program}: exit code {process.ExitCode}: {why}");
            }
            finally
            {
                if (!process.HasExited) process.Kill(entireProcessTree: true);
            }
        }
        catch (Win32Exception e)
        {
            return $"{program}: {e.Message}";
        }
        catch (OperationCanceledException) when (!ct.IsCancellationRequested)
        {
            return $"{program}: no end within {Bound.TotalSeconds:0} s";
        }
    }
}
