using System.Collections;
using Stillpoint.Control;
using Stillpoint.Control.Workers;
using Stillpoint.Hypervisor;
using Stillpoint.Model;
using Stillpoint.Server.Configuration;
using Stillpoint.Texts;

namespace Stillpoint.Server.Hosting;

/// <summary>The process: reads its words and its configuration, runs the service until it is told to stop.</summary>
internal static class Daemon
{
    private const int Done = 0, Failed = 1, Usage = 2;

    public static async Task<int> RunAsync(string[] args, WorkerCommand worker, TimeProvider clock)
    {
        var texts = LocalTexts.For(Language.OfEnvironment(Environment.GetEnvironmentVariable));
        try
        {
            if (args is ["--version"])
            {
                Console.Out.WriteLine(ServerVersion.Text);
                return Done;
            }
            var (file, checkOnly) = Words(args);
            var options = ConfigurationFile.Read(file, Variables());
            if (checkOnly) return Done;
            var parts = PartsOf(options, worker, clock);
            await using var server = await StillpointServer.StartAsync(parts, CancellationToken.None);
            Console.Out.WriteLine($"stillpointd {ServerVersion.Text} listens at {string.Join(", ", server.Addresses)}");
            await server.WaitForStopAsync();
            return Done;
        }
        catch (FailureException e)
        {
            Console.Error.WriteLine(texts.Failure(e.Failure));
            foreach (var evidence in e.Failure.Evidence) Console.Error.WriteLine($"  {evidence.Source}: {evidence.Text}");
            return e.Failure.Code is FailureCode.ConfigInvalid or FailureCode.ConfigUnknownKey or FailureCode.ConfigUnreadable or FailureCode.UsageArgumentUnwanted ? Usage : Failed;
        }
    }

    private static (string? File, bool CheckOnly) Words(string[] args) => args switch
    {
        [] => (null, false),
        ["--config", var file] => (Path.GetFullPath(file), false),
        ["--check-config"] => (null, true),
        ["--check-config", var file] => (Path.GetFullPath(file), true),
        _ => throw new FailureException(
            FailureCode.UsageArgumentUnwanted, Stage.Input, ("command", "stillpointd"), ("value", string.Join(' ', args)),
            ("usage", "stillpointd [--config FILE | --check-config [FILE] | --version]")),
    };

    private static ServerParts PartsOf(ServerOptions options, WorkerCommand worker, TimeProvider clock) => new()
    {
        Options = options,
        Data = DataFolder.Choose(options.Data, Environment.GetEnvironmentVariable, Environment.IsPrivilegedProcess),
        Clock = clock,
        Engine = new RealEngine(clock, worker),
        Connect = async (uri, ct) => await LibvirtHost.ConnectAsync(uri, clock, ct),
        Variable = Environment.GetEnvironmentVariable,
        Portal = Path.Combine(AppContext.BaseDirectory, "portal"),
        Out = Console.Out,
    };

    private static Dictionary<string, string> Variables() => Environment.GetEnvironmentVariables().Cast<DictionaryEntry>()
        .ToDictionary(v => (string)v.Key, v => (string?)v.Value ?? "", StringComparer.Ordinal);
}
