using System.ComponentModel;
using System.Diagnostics;
using System.Globalization;

namespace Stillpoint.Engine.Examine;

/// <summary>Reads a journal file that came out of a guest, with <c>journalctl</c> as nobody: the guest may have written anything into it.</summary>
internal static class ForeignJournal
{
    private static readonly TimeSpan Bound = TimeSpan.FromSeconds(20);
    private const int MostLines = 4000;

    /// <returns>The agent's and the kernel's lines since then, oldest first; empty where the file is none, or there is no journalctl.</returns>
    public static async Task<IReadOnlyList<string>> ReadAsync(string file, DateTimeOffset since, TimeProvider clock, CancellationToken ct)
    {
        string[] program =
        [
            "journalctl", "--file", file, "--no-pager", "-o", "short-iso-precise", "-n", MostLines.ToString(CultureInfo.InvariantCulture),
            "--since", "@" + since.ToUnixTimeSeconds().ToString(CultureInfo.InvariantCulture),
        ];
        string[] command = Environment.IsPrivilegedProcess
            ? ["setpriv", "--reuid", "65534", "--regid", "65534", "--clear-groups", "--no-new-privs", "--", .. program] : program;
        File.SetUnixFileMode(file, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.OtherRead);
        var start = new ProcessStartInfo(command[0], command[1..]) { RedirectStandardOutput = true, RedirectStandardError = true };
        start.Environment["TZ"] = "UTC";
        using var limit = new CancellationTokenSource(Bound, clock);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, ct);
        Process? process = null;
        try
        {
            process = Process.Start(start)!;
            var errors = process.StandardError.ReadToEndAsync(either.Token);
            var text = await process.StandardOutput.ReadToEndAsync(either.Token);
            await errors;
            return [.. text.Split('\n').Where(l => l.Contains("qemu-g", StringComparison.Ordinal) || l.Contains("QEMU Guest Agent", StringComparison.Ordinal)
                || l.Contains(" kernel: ", StringComparison.Ordinal))];
        }
        catch (Exception e) when (e is Win32Exception || (e is OperationCanceledException && !ct.IsCancellationRequested))
        {
            return [];
        }
        finally
        {
            if (process is { HasExited: false }) process.Kill();
            process?.Dispose();
        }
    }
}
