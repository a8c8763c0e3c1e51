using System.Diagnostics;

namespace Stillpoint.TestKit;

/// <summary>How an outside program ended.</summary>
public sealed record ToolResult(string Command, int ExitCode, string Out, string Error)
{
    /// <summary>The result, if the program ended with 0; else an exception that shows what it said.</summary>
    public ToolResult Must() => ExitCode == 0
        ? this
        : throw new InvalidOperationException($"{Command}\nended with {ExitCode}\n{Out}\n{Error}");
}

/// <summary>Runs outside programs, always within a bound; a program past its bound is killed with its children.</summary>
public static class Tool
{
    public static readonly TimeSpan DefaultBound = TimeSpan.FromMinutes(2);

    public static Task<ToolResult> RunAsync(string file, params string[] arguments) => RunAsync(new ToolCall(file, arguments));

    public static async Task<ToolResult> RunAsync(ToolCall call, CancellationToken ct = default)
    {
        using var process = new Process { StartInfo = StartInfo(call) };
        process.Start();
        using var bound = CancellationTokenSource.CreateLinkedTokenSource(ct);
        bound.CancelAfter(call.Bound ?? DefaultBound);
        var output = process.StandardOutput.ReadToEndAsync(bound.Token);
        var error = process.StandardError.ReadToEndAsync(bound.Token);
        try
        {
            await FeedAsync(process, call.Input);
            await process.WaitForExitAsync(bound.Token);
            return new ToolResult(call.ToString(), process.ExitCode, await output, await error);
        }
        catch (OperationCanceledException) when (!ct.IsCancellationRequested)
        {
            throw new TimeoutException($"{call} did not end within {call.Bound ?? DefaultBound}.");
        }
        finally
        {
            if (!process.HasExited) process.Kill(entireProcessTree: true);
        }
    }

    /// <summary>Starts a program that the test watches and ends itself; its input is closed, its outputs are the test's to read.</summary>
    public static Process Start(ToolCall call)
    {
        var process = new Process { StartInfo = StartInfo(call) };
        process.Start();
        process.StandardInput.Close();
        return process;
    }

    /// <summary>Where a program is, or null. Looks in the system folders too: a user's PATH on Debian has no sbin.</summary>
    public static string? Find(string name)
    {
        var folders = (Environment.GetEnvironmentVariable("PATH") ?? "").Split(':').Concat(["/usr/sbin", "/sbin", "/usr/bin", "/bin"]);
        return folders.Where(folder => folder.Length > 0).Select(folder => Path.Combine(folder, name)).FirstOrDefault(File.Exists);
    }

    private static async Task FeedAsync(Process process, string? input)
    {
        try
        {
            if (input is not null) await process.StandardInput.WriteAsync(input);
            process.StandardInput.Close();
        }
        catch (IOException)
        {
            // The program ended without reading its input: its exit code says the rest.
        }
    }

    private static ProcessStartInfo StartInfo(ToolCall call)
    {
        var info = new ProcessStartInfo(Find(call.File) ?? call.File, call.Arguments)
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            WorkingDirectory = call.Folder ?? "",
        };
        foreach (var (name, value) in call.Environment ?? []) info.Environment[name] = value;
        return info;
    }
}

/// <param name="Bound">Longest run, <see cref="Tool.DefaultBound"/> if not given.</param>
/// <param name="Environment">Added to the test's own; a null value removes a variable.</param>
public sealed record ToolCall(
    string File, IReadOnlyList<string> Arguments, TimeSpan? Bound = null, string? Input = null, string? Folder = null,
    Dictionary<string, string?>? Environment = null)
{
    public override string ToString() => $"{File} {string.Join(' ', Arguments)}";
}
