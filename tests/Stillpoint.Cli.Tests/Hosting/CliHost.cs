using System.Text.Json;
using Stillpoint.Cli.Session;
using Stillpoint.Control.Tests.Fakes;
using Stillpoint.TestKit;
using Xunit;

namespace Stillpoint.Cli.Tests.Hosting;

/// <summary>How a call ended and what it printed.</summary>
internal sealed record CliCall(int ExitCode, string Out, string Error)
{
    /// <summary>The one document on standard output; anything beside it fails the test.</summary>
    public JsonElement Json => JsonDocument.Parse(Out).RootElement;

    public CliCall Must()
    {
        Assert.True(ExitCode == 0, $"{ExitCode}\n{Out}\n{Error}");
        return this;
    }

    public void MustFail(int exitCode, string code)
    {
        Assert.Equal((exitCode, code), (ExitCode, Json.GetProperty("error").GetProperty("code").GetString()));
    }
}

/// <summary>The whole CLI in process: real vaults in a folder, real catalog, a stand-in for hypervisor and engine.</summary>
internal sealed class CliHost : IDisposable
{
    public CliHost()
    {
        Folder = new();
        Secret(PassphraseFile, "open sesame\n");
    }

    public TempFolder Folder { get; }

    public FakeEngine Engine { get; } = new();

    public TimeProvider Clock { get; init; } = TimeProvider.System;

    public Dictionary<string, string> Variables { get; } = [];

    /// <summary>What the person at the terminal types; null: there is none.</summary>
    public Queue<string>? Typed { get; set; }

    public bool Terminal { get; set; }

    /// <summary>What the running call has written to standard error.</summary>
    public Func<string> ErrorSoFar { get; private set; } = () => "";

    public Func<Hypervisor.IHypervisorHost> Hypervisor { get; set; } = FakeHost.New;

    public int Connections { get; private set; }

    public string Vault => Folder["vault"];

    public string Data => Folder["data"];

    public string PassphraseFile => Folder["passphrase"];

    /// <summary>With data folder, passphrase file and English.</summary>
    public Task<CliCall> RunAsync(params string[] words) =>
        BareAsync([.. words, "--data", Data, "--passphrase-file", PassphraseFile, "--lang", "en"]);

    public Task<CliCall> JsonAsync(params string[] words) => RunAsync([.. words, "--json"]);

    public Task<CliCall> BareAsync(params string[] words) => BareAsync(words, CancellationToken.None);

    public async Task<CliCall> BareAsync(string[] words, CancellationToken ct)
    {
        var (output, error) = (new StringWriter(), new StringWriter());
        var guarded = TextWriter.Synchronized(error);
        ErrorSoFar = () =>
        {
            // The synchronised writer locks itself for every write.
            lock (guarded) return error.ToString();
        };
        var world = new CliWorld
        {
            Out = output,
            Error = guarded,
            ErrorIsTerminal = Terminal,
            CanAsk = Typed is not null,
            ReadLine = () => Typed!.TryDequeue(out var line) ? line : null,
            ReadSecret = () => Typed!.TryDequeue(out var line) ? line.ToCharArray() : null,
            Variable = name => Variables.GetValueOrDefault(name),
            TerminalWidth = () => 100,
            Clock = Clock,
            Engine = Engine,
            Connect = (_, _) =>
            {
                Connections++;
                return Task.FromResult(Hypervisor());
            },
        };
        return new(await CliProgram.RunAsync(words, world, ct), output.ToString(), error.ToString());
    }

    /// <summary>A file with a secret, its owner's alone as the program demands.</summary>
    public static void Secret(string file, string text)
    {
        File.WriteAllText(file, text);
        File.SetUnixFileMode(file, UnixFileMode.UserRead | UnixFileMode.UserWrite);
    }

    public async Task<CliHost> WithVaultAsync()
    {
        (await RunAsync("vault", "init", Vault)).Must();
        return this;
    }

    public void Dispose() => Folder.Dispose();
}
