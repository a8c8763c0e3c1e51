using System.Diagnostics;
using Stillpoint.Model;

namespace Stillpoint.Engine.Capture;

/// <summary>Runs the caller's command while the job's exports still stand, for comparing a point with its source by other means than ours.</summary>
internal static class BeforeRelease
{
    /// <summary>Scratch grows while the exports stand, and the next backup of the VM waits: no command may hold them for ever. Long enough to copy a large disk.</summary>
    public static readonly TimeSpan Limit = TimeSpan.FromHours(12);

    private const int LongestWords = 4096;

    /// <exception cref="FailureException">HookFailed, with the exit code and the last of its words. The point is in the vault whatever happens here.</exception>
    public static async Task RunAsync(string command, string socketPath, IEnumerable<string> exports, TimeProvider clock, CancellationToken ct)
    {
        // Our own input and output are a line to our owner; the command's are its own.
        var start = new ProcessStartInfo("/bin/sh", ["-c", command])
        {
            RedirectStandardInput = true, RedirectStandardOutput = true, RedirectStandardError = true,
        };
        start.Environment["STILLPOINT_NBD_SOCKET"] = socketPath;
        start.Environment["STILLPOINT_EXPORTS"] = string.Join(' ', exports);
        using var process = Process.Start(start)!;
        using var limit = new CancellationTokenSource(Limit, clock);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(ct, limit.Token);
        try
        {
            process.StandardInput.Close();
            var (output, errors) = (LastOfAsync(process.StandardOutput, either.Token), LastOfAsync(process.StandardError, either.Token));
            await process.WaitForExitAsync(either.Token);
            var words = (await output + await errors).Trim();
            if (process.ExitCode != 0) throw Failed(command, new($"exit code {process.ExitCode}", words));
        }
        catch (OperationCanceledException) when (!ct.IsCancellationRequested)
        {
            throw Failed(command, new("command", $"not ended after {Limit.TotalHours} h"));
        }
        finally
        {
            if (!process.HasExited) process.Kill(entireProcessTree: true);
        }
    }

    private static FailureException Failed(string command, Evidence evidence) =>
        new(Failure.Of(FailureCode.HookFailed, Stage.Release, ("command", command)).With(evidence));

    private static async Task<string> LastOfAsync(StreamReader reader, CancellationToken ct)
    {
        var last = "";
        var buffer = new char[LongestWords];
        while (await reader.ReadAsync(buffer, ct) is > 0 and var length)
        {
            last += new string(buffer, 0, length);
            if (last.Length > LongestWords) last = last[^LongestWords..];
        }
        return last;
    }
}
