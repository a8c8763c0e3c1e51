using System.Runtime.InteropServices;
using Stillpoint.Hypervisor;
using Stillpoint.Model;

namespace Stillpoint.Engine.Warden;

/// <summary>
/// The process behind the hidden verb <c>warden</c>: its own libvirt connection, alive before the freeze, deaf to the signals a terminal sends
/// to a whole group (Ctrl-C ends the owner; the warden is there for what follows).
/// </summary>
public static class WardenProgram
{
    /// <param name="arguments">Without the verb.</param>
    /// <returns>0 when everything it watched was over at its end; 1 when it could not start.</returns>
    public static async Task<int> RunAsync(
        IReadOnlyList<string> arguments, Func<HostUri, CancellationToken, Task<IHypervisorHost>> connect, TimeProvider clock)
    {
        using var interrupt = Ignore(PosixSignal.SIGINT);
        using var hangup = Ignore(PosixSignal.SIGHUP);
        using var terminate = Ignore(PosixSignal.SIGTERM);
        try
        {
            var order = WardenOrder.Parse(arguments);
            await using var watch = new WardenWatch(order, connect, Say, clock);
            await watch.ConnectAsync();
            Say(WardenMessages.Ready);
            _ = Task.Factory.StartNew(() => Listen(watch), CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default);
            await watch.RunAsync();
            return 0;
        }
        catch (FailureException e)
        {
            Say(WardenMessages.Failed + e.Failure);
            return 1;
        }
    }

    private static void Listen(WardenWatch watch)
    {
        while (Console.In.ReadLine() is { } line)
        {
            watch.Hear(line);
            if (line is WardenMessages.Freezing or WardenMessages.JobBegins) Say(WardenMessages.Noted);
        }
        watch.OwnerIsGone();
    }

    /// <summary>The owner may be gone; then nobody reads this and that is no reason to stop.</summary>
    private static void Say(string line)
    {
        try
        {
            Console.Out.WriteLine(line);
            Console.Out.Flush();
        }
        catch (IOException)
        {
        }
    }

    private static PosixSignalRegistration Ignore(PosixSignal signal) => PosixSignalRegistration.Create(signal, static c => c.Cancel = true);
}
