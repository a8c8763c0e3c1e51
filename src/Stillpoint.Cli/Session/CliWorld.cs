using Stillpoint.Control;
using Stillpoint.Hypervisor;

namespace Stillpoint.Cli.Session;

/// <summary>Everything outside the program that a command touches, so that tests can host the whole CLI in process.</summary>
internal sealed record CliWorld
{
    public required TextWriter Out { get; init; }

    public required TextWriter Error { get; init; }

    /// <summary>Whether progress can be drawn over: standard error is a terminal.</summary>
    public required bool ErrorIsTerminal { get; init; }

    /// <summary>Whether there is somebody to ask.</summary>
    public required bool CanAsk { get; init; }

    public required Func<string?> ReadLine { get; init; }

    /// <summary>Reads a line without showing it; whoever asked clears it.</summary>
    public required Func<char[]?> ReadSecret { get; init; }

    public required Func<string, string?> Variable { get; init; }

    public required Func<int> TerminalWidth { get; init; }

    public required TimeProvider Clock { get; init; }

    public required IEngine Engine { get; init; }

    public required Func<HostUri, CancellationToken, Task<IHypervisorHost>> Connect { get; init; }

    public bool IsRoot { get; init; }

    public SecondSignal Second { get; init; } = new();

    public static CliWorld Real(TimeProvider clock) => new()
    {
        Out = Console.Out,
        Error = Console.Error,
        ErrorIsTerminal = !Console.IsErrorRedirected,
        CanAsk = !Console.IsInputRedirected && !Console.IsErrorRedirected,
        ReadLine = Console.ReadLine,
        ReadSecret = SecretLine.Read,
        Variable = Environment.GetEnvironmentVariable,
        TerminalWidth = () => Console.WindowWidth,
        Clock = clock,
        Engine = new RealEngine(clock),
        Connect = async (uri, ct) => await LibvirtHost.ConnectAsync(uri, clock, ct),
        IsRoot = Environment.IsPrivilegedProcess,
    };
}
