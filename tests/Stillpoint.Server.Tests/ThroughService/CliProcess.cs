using System.Diagnostics;
using System.Text.Json;
using Stillpoint.Server.Tests.Hosting;
using Stillpoint.TestKit;
using Xunit;

namespace Stillpoint.Server.Tests.ThroughService;

/// <summary>How a call of the program ended and what it printed.</summary>
internal sealed record CliEnd(int ExitCode, string Out, string Error)
{
    public JsonElement Json => JsonDocument.Parse(Out).RootElement;

    public CliEnd Must()
    {
        Assert.True(ExitCode == 0, $"{ExitCode}\n{Out}\n{Error}");
        return this;
    }

    public JsonElement MustFail(int exitCode, string code)
    {
        Assert.True(ExitCode == exitCode, $"{ExitCode}\n{Out}\n{Error}");
        var error = Json.GetProperty("error");
        Assert.Equal(code, error.GetProperty("code").GetString());
        return error;
    }
}

/// <summary>The built <c>stillpoint</c>, as users run it, on a data folder.</summary>
internal sealed class CliProcess(string data)
{
    public static readonly string Program = Repository.PathOf(
        "artifacts", "bin", "Stillpoint.Cli", Path.GetFileName(Path.TrimEndingDirectorySeparator(AppContext.BaseDirectory)), "stillpoint");

    /// <summary>For a call that hangs: no call here takes a tenth of it.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(3);

    public static CliProcess Of(ServiceHost host) => new(host.Data.Path);

    public async Task<CliEnd> RunAsync(params string[] words)
    {
        var (process, output, error) = Start(words);
        using (process)
        {
            try
            {
                await process.WaitForExitAsync().WaitAsync(Patience);
            }
            catch (TimeoutException)
            {
                process.Kill();
                throw;
            }
            return new(process.ExitCode, await output, await error);
        }
    }

    public Task<CliEnd> JsonAsync(params string[] words) => RunAsync([.. words, "--json"]);

    /// <summary>To be interrupted by the test.</summary>
    public (Process Process, Task<string> Out, Task<string> Error) Start(params string[] words)
    {
        // A shell's background jobs ignore Ctrl-C, and so would the program: these tests may be one.
        var start = new ProcessStartInfo("env") { RedirectStandardOutput = true, RedirectStandardError = true, RedirectStandardInput = true };
        foreach (var word in (string[])["--default-signal", Program, .. words, "--data", data, "--lang", "en"]) start.ArgumentList.Add(word);
        foreach (var name in start.Environment.Keys.Where(k => k.StartsWith("STILLPOINT", StringComparison.Ordinal)).ToList()) start.Environment.Remove(name);
        var process = Process.Start(start)!;
        process.StandardInput.Close();
        return (process, process.StandardOutput.ReadToEndAsync(), process.StandardError.ReadToEndAsync());
    }
}
