using System.Runtime.InteropServices;
using System.Text.Json;
using Stillpoint.Control.Jobs;
using Stillpoint.Engine;
using Stillpoint.Engine.Capture;
using Stillpoint.Engine.Warden;
using Stillpoint.Hypervisor;
using Stillpoint.Model;

namespace Stillpoint.Control.Workers;

/// <summary>
/// The process behind the hidden verb <c>worker</c>: runs one backup and ends. Its owner's Ctrl-C is not its own: it is told to cancel by a line,
/// or by the end of its input, which is how it hears that its owner is gone.
/// </summary>
public static class WorkerProgram
{
    private static readonly Lock Writing = new();

    /// <param name="hooks">For tests.</param>
    /// <returns>0: the last line holds the outcome, good or bad. 2: it was given no order.</returns>
    public static async Task<int> RunAsync(
        Func<HostUri, CancellationToken, Task<IHypervisorHost>> connect, TimeProvider clock, ICaptureHooks? hooks = null, WardenCommand? warden = null)
    {
        using var cancel = new CancellationTokenSource();
        using var interrupt = PosixSignalRegistration.Create(PosixSignal.SIGINT, static c => c.Cancel = true);
        using var hangup = PosixSignalRegistration.Create(PosixSignal.SIGHUP, static c => c.Cancel = true);
        using var terminate = PosixSignalRegistration.Create(PosixSignal.SIGTERM, c =>
        {
            c.Cancel = true;
            _ = cancel.CancelAsync();
        });
        if (await Console.In.ReadLineAsync() is not { } where || JsonSerializer.Deserialize(where, WorkerJson.Default.WorkerStart) is not { } start) return 2;
        var save = new TaskCompletionSource<Guid?>(TaskCreationOptions.RunContinuationsAsynchronously);
        var work = new WorkerJob(start, connect, clock, hooks, warden, Say, save.Task, cancel.Token);
        if (await Console.In.ReadLineAsync() is not { } what || JsonSerializer.Deserialize(what, WorkerJson.Default.WorkerOrder) is not { } order) return 2;
        _ = Task.Factory.StartNew(() => Listen(cancel, save), CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default);
        if (await RunAsync(work, order, cancel.Token) is { } failed) Say(new() { Failed = failed });
        return 0;
    }

    /// <returns>Null: it has told its result.</returns>
    private static async Task<Failure?> RunAsync(WorkerJob work, WorkerOrder order, CancellationToken ct)
    {
        try
        {
            await work.RunAsync(order, ct);
            return null;
        }
        catch (FailureException e)
        {
            return e.Failure;
        }
        catch (OperationCanceledException) when (ct.IsCancellationRequested)
        {
            return Failure.Of(FailureCode.Cancelled, Stage.Input);
        }
        catch (Exception e)
        {
            return JobBoundary.Bug(e, order.Backup.Job);
        }
    }

    private static void Listen(CancellationTokenSource cancel, TaskCompletionSource<Guid?> save)
    {
        while (Console.In.ReadLine() is { } line && line != WorkerOrder.Cancel)
        {
            if (line.StartsWith(WorkerOrder.Save, StringComparison.Ordinal) && Guid.TryParse(line.AsSpan(WorkerOrder.Save.Length), out var owner)) save.TrySetResult(owner);
        }
        save.TrySetResult(null);
        _ = cancel.CancelAsync();
    }

    /// <summary>The owner may be gone; then nobody reads this and that is no reason to stop before all is undone.</summary>
    private static void Say(WorkerLine line)
    {
        var text = JsonSerializer.Serialize(line, WorkerJson.Default.WorkerLine);
        lock (Writing)
        {
            try
            {
                Console.Out.WriteLine(text);
                Console.Out.Flush();
            }
            catch (IOException)
            {
            }
        }
    }
}
