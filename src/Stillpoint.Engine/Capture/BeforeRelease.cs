using System.Diagnostics;
using Stillpoint.Model;

namespace Stillpoint.Engine.Capture;

/// <summary>Runs the caller's command while the job's exports still stand, for comparing a point with its source by other means than ours.</summary>
internal static class BeforeRelease
{
    /// <exception cref="FailureException">HookFailed, with the exit code and the last of its words. The point is in the vault whatever happens here.</exception>
    public static async Task RunAsync(string command, string socketPath, IEnumerable<string> exports, CancellationToken ct)
    {
        var start = new ProcessStartInfo("/bin/sh", ["-c", command]) { RedirectStandardError = true };
        start.Environment["STILLPOINT_NBD_SOCKET"] = socketPath;
        start.Environment["STILLPOINT_EXPORTS"] = string.Join(' ', exports);
        using var process = Process.Start(start)!;
        try
        {
            var words = await process.StandardError.ReadToEndAsync(ct);
            await process.WaitForExitAsync(ct);
            if (process.ExitCode != 0)
                throw new FailureException(Failure.Of(FailureCode.HookFailed, Stage.Release, ("command", command))
                    .With(new($"exit code {process.ExitCode}", words.Trim())));
        }
        finally
        {
            if (!process.HasExited) process.Kill(entireProcessTree: true);
        }
    }
}
