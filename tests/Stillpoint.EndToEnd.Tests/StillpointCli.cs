using System.Diagnostics;
using System.Text.Json;
using Stillpoint.TestKit;
using Xunit;

namespace Stillpoint.EndToEnd.Tests;

/// <summary>How one call of the program ended: what a script sees.</summary>
public sealed record CliResult(string Command, int ExitCode, JsonElement Json, string Error)
{
    public JsonElement this[string name] => Json.GetProperty(name);

    public string Point => Json.GetProperty("point").GetString()!;

    public CliResult Must()
    {
        Assert.True(ExitCode == 0, $"{Command}\nended with {ExitCode}\n{Json}\n{Error}");
        return this;
    }

    public void MustFail(int exitCode, string code)
    {
        var actual = Json.TryGetProperty("error", out var error) ? error.GetProperty("code").GetString() : "(no error)";
        Assert.True(ExitCode == exitCode && actual == code, $"{Command}\nended with {ExitCode} {actual}, not {exitCode} {code}\n{Json}\n{Error}");
    }
}

/// <summary>The program as users run it: the built executable, a process per call, with a vault and a data folder of the test's own.</summary>
public sealed class StillpointCli : IDisposable
{
    /// <summary>The program whose workers stop where a test says.</summary>
    public static readonly string Pausing = Built("Stillpoint.PausingHost", "pausing-stillpoint");

    private readonly string _uri;

    public StillpointCli(PrivateLibvirt libvirt)
    {
        _uri = libvirt.Uri;
        Folder = new TempFolder("/var/tmp");
        Vault = Folder["vault"];
        Data = Folder["data"];
        File.WriteAllText(PassphraseFile, "correct horse battery staple\n");
        File.SetUnixFileMode(PassphraseFile, UnixFileMode.UserRead | UnixFileMode.UserWrite);
    }

    public TempFolder Folder { get; }

    public string Vault { get; init; }

    public string Program { get; init; } = Built("Stillpoint.Cli", "stillpoint");

    public string Data { get; init; }

    public string PassphraseFile => Folder["passphrase"];

    /// <summary>A program and vault, the vault made.</summary>
    public static async Task<StillpointCli> WithVaultAsync(PrivateLibvirt libvirt)
    {
        var cli = new StillpointCli(libvirt);
        await cli.InitAsync();
        return cli;
    }

    public async Task InitAsync() => (await RunAsync("vault", "init", Vault, "--recovery-key-file", Folder["recovery-key"])).Must();

    public Task<CliResult> RunAsync(params string[] arguments) => RunAsync(Call(arguments));

    public async Task<CliResult> RunAsync(ToolCall call) => Read(await Tool.RunAsync(call));

    /// <summary>Starts a call that the test watches or ends; the result comes when it ended.</summary>
    public RunningCall Start(params string[] arguments) => new(Call(arguments));

    public ToolCall Call(params string[] arguments)
    {
        string[] places = ["--host", _uri, "--data", Data, "--vault", Vault, "--passphrase-file", PassphraseFile, "--json", "--yes", "--lang", "en"];
        // An emulated guest on a machine that also builds is busy for reasons of its own. Tests of waiting say so by their patience.
        string[] load = arguments is ["backup", ..] && !arguments.Contains("--patience") ? ["--despite-load"] : [];
        return new ToolCall(Program, [.. arguments, .. load, .. places], TimeSpan.FromMinutes(5));
    }

    public static CliResult Read(ToolResult result)
    {
        try
        {
            using var document = JsonDocument.Parse(result.Out);
            return new CliResult(result.Command, result.ExitCode, document.RootElement.Clone(), result.Error);
        }
        catch (JsonException)
        {
            throw new InvalidOperationException($"{result.Command}\nended with {result.ExitCode}, and its output is no document:\n{result.Out}\n{result.Error}");
        }
    }

    public void Dispose() => Folder.Dispose();

    // In the configuration the test itself was built in.
    private static string Built(string project, string program) => Repository.PathOf(
        "artifacts", "bin", project, Path.GetFileName(Path.TrimEndingDirectorySeparator(AppContext.BaseDirectory)), program);
}

/// <summary>A call under way.</summary>
public sealed class RunningCall : IDisposable
{
    private readonly ToolCall _call;
    private readonly Process _process;
    private readonly Task<string> _output;
    private readonly Task<string> _error;

    public RunningCall(ToolCall call)
    {
        _call = call;
        _process = Tool.Start(call);
        _output = _process.StandardOutput.ReadToEndAsync();
        _error = _process.StandardError.ReadToEndAsync();
    }

    public int ProcessId => _process.Id;

    public bool HasEnded => _process.HasExited;

    public async Task SignalAsync(string signal) => (await Tool.RunAsync("kill", $"-{signal}", $"{_process.Id}")).Must();

    public async Task<CliResult> ResultAsync() => StillpointCli.Read(await EndAsync());

    public async Task<ToolResult> EndAsync()
    {
        using var bound = new CancellationTokenSource(TimeSpan.FromMinutes(3));
        await _process.WaitForExitAsync(bound.Token);
        return new ToolResult(_call.ToString(), _process.ExitCode, await _output, await _error);
    }

    public void Dispose()
    {
        if (!_process.HasExited) _process.Kill(entireProcessTree: true);
        _process.Dispose();
    }
}
