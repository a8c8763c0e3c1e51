using System.Collections.Concurrent;
using System.ComponentModel;
using System.Diagnostics;
using System.Runtime.InteropServices;
using Stillpoint.Model;

namespace Stillpoint.Hypervisor.Nbd;

/// <summary>
/// Starts programs that must not outlive us, however we end: the kernel kills them when the thread that started them is gone (PR_SET_PDEATHSIG
/// goes by thread, not by process), so all are started by one thread that lives as long as the process.
/// </summary>
internal static partial class ChildProcess
{
    private const int SigTerm = 15;
    private static readonly Lazy<BlockingCollection<(ProcessStartInfo Start, TaskCompletionSource<Process> Done)>> Orders = new(() =>
    {
        var orders = new BlockingCollection<(ProcessStartInfo Start, TaskCompletionSource<Process> Done)>();
        new Thread(() => Serve(orders)) { IsBackground = true, Name = "child processes" }.Start();
        return orders;
    });

    /// <summary>Standard error is the caller's to read; standard output and input are null.</summary>
    /// <exception cref="FailureException">ToolMissing, if there is no setsid. A missing <paramref name="program"/> shows as exit code 127.</exception>
    internal static Task<Process> StartAsync(string program, IEnumerable<string> arguments)
    {
        // A session of its own: Ctrl-C at our terminal is for us alone, who then end it in good order. Neither program forks: the process is
        // the one that is started in the end.
        var start = new ProcessStartInfo("setsid", ["setpriv", "--pdeathsig", "KILL", "--", program, .. arguments])
        {
            RedirectStandardError = true,
            RedirectStandardOutput = true,
            RedirectStandardInput = true,
        };
        var done = new TaskCompletionSource<Process>(TaskCreationOptions.RunContinuationsAsynchronously);
        Orders.Value.Add((start, done));
        return done.Task;
    }

    /// <summary>Asks it to end, waits so long, then kills it. Returns when it is gone.</summary>
    internal static async Task EndAsync(Process process, TimeSpan patience, TimeProvider clock)
    {
        if (!process.HasExited) _ = Kill(process.Id, SigTerm);
        using var bound = new CancellationTokenSource(patience, clock);
        try
        {
            await process.WaitForExitAsync(bound.Token).ConfigureAwait(false);
        }
        catch (OperationCanceledException)
        {
            process.Kill();
            await process.WaitForExitAsync(CancellationToken.None).ConfigureAwait(false);
        }
    }

    private static void Serve(BlockingCollection<(ProcessStartInfo Start, TaskCompletionSource<Process> Done)> orders)
    {
        foreach (var (start, done) in orders.GetConsumingEnumerable())
        {
            try
            {
                var process = Process.Start(start)!;
                process.StandardInput.Close();
                done.SetResult(process);
            }
            catch (Win32Exception)
            {
                done.SetException(new FailureException(FailureCode.ToolMissing, Stage.Preflight, ("tool", "setsid"), ("package", "util-linux")));
            }
        }
    }

    [LibraryImport("libc", EntryPoint = "kill")]
    private static partial int Kill(int pid, int signal);
}
