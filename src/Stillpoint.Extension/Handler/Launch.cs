using System.Diagnostics;

namespace Stillpoint.Extension.Handler;

/// <summary>
/// Starts the work outside of the agent's service, whose stop would end it in the middle of a freeze: as a unit of its own. When that is ended or killed, systemd
/// tells its guard, which then thaws at once. Where there is no systemd: in a session of its own, with the guard's limit alone.
/// </summary>
internal static class Launch
{
    /// <summary>A heap that is small and known, nothing that opens sockets or files for diagnostics, no late compilation.</summary>
    private static readonly string[] Environment = ["DOTNET_EnableDiagnostics=0", "DOTNET_GCHeapHardLimit=0x4000000", "DOTNET_TieredCompilation=0"];

    public static void Start(HandlerFolders folders, string sequence, string task)
    {
        var program = System.Environment.ProcessPath!;
        string[] work = [program, "work", folders.Home, sequence];
        var started = Directory.Exists("/run/systemd/system") &&
            Run("systemd-run", ["--quiet", "--collect", $"--unit=stillpoint-snapshot-{task}", .. Environment.Select(e => "--setenv=" + e), "--", .. work]);
        if (!started && !Run("setsid", ["--fork", "env", .. Environment, "sh", "-c", "exec \"$@\" < /dev/null > /dev/null 2>&1", "sh", .. work]))
            throw new WorkException(StatusCode.Error, "neither systemd-run nor setsid starts the work");
    }

    private static bool Run(string program, IEnumerable<string> arguments)
    {
        try
        {
            using var process = Process.Start(new ProcessStartInfo(program, arguments) { RedirectStandardInput = true })!;
            process.StandardInput.Close();
            process.WaitForExit();
            return process.ExitCode == 0;
        }
        catch (System.ComponentModel.Win32Exception)
        {
            return false; // the program is not there
        }
    }
}
