using Stillpoint.Control.Scheduling;
using Stillpoint.Control.Tests.Fakes;
using Stillpoint.Model;
using Stillpoint.Vault;

namespace Stillpoint.Control.Tests.Scheduling;

public enum SchedulerStep
{
    /// <summary>The start is claimed, its job has no row.</summary>
    Claimed,

    /// <summary>The backup is under way.</summary>
    Running,

    /// <summary>The point is in the vault, its job has not ended.</summary>
    Committed,
}

/// <summary>The process that is killed: this test program, asked to be a scheduler that says when it has come to a step and stays there.</summary>
internal static class SchedulerChild
{
    public const string Word = "be-a-scheduler";

    public static async Task<int> RunAsync(string[] args)
    {
        var (folder, step) = (args[1], Enum.Parse<SchedulerStep>(args[2]));
        var clock = new ManualClock(DateTimeOffset.FromUnixTimeMilliseconds(long.Parse(args[3], System.Globalization.CultureInfo.InvariantCulture)));
        var engine = new FakeEngine();
        using var control = StillpointControl.Open(new(folder), engine, clock);
        engine.Capture = async (order, events, _) =>
        {
            if (step is SchedulerStep.Committed)
            {
                events.Publish(new PointCommitted(order.Job, clock.GetUtcNow(), FakeEngine.Result(order).Point));
                await TestKit.Eventually.IsAsync("the catalog knows the point", () => control.Jobs.Find(order.Job.ToString()).Job.Point is not null);
            }
            return await StayAsync<Engine.Capture.CaptureResult>(step);
        };
        var vms = new List<FakeVm> { FakeVm.Numbered(1, "vm1") };
        using var scheduler = new BackupScheduler(
            control, (uri, _) => Task.FromResult(FakeHost.Of(vms, uri.Text)), new("/v", VaultSecret.FromPassphrase("x")), new Stops(step), new SilentEvents(), clock);
        await scheduler.RunDueAsync(CancellationToken.None);
        return 0;
    }

    private static Task<T> StayAsync<T>(SchedulerStep step)
    {
        Console.WriteLine(step);
        return new TaskCompletionSource<T>().Task;
    }

    private sealed class Stops(SchedulerStep step) : ISchedulerEvents
    {
        public void Publish(SchedulerEvent schedulerEvent)
        {
            if (schedulerEvent is RunStarted && step is SchedulerStep.Claimed) StayAsync<bool>(step).Wait();
        }
    }
}
