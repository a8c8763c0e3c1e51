using Stillpoint.Cli.Tests.Hosting;
using Stillpoint.Control.Tests.Fakes;
using Stillpoint.Model;
using Stillpoint.TestKit;
using Xunit;

namespace Stillpoint.Cli.Tests.Output;

public sealed class ProgressViewTests
{
    [Fact]
    public async Task Progress_InAPipe_IsPlainLinesWithRateAndTimeLeft()
    {
        using var host = await NewAsync(terminal: false);
        var error = (await host.RunAsync("backup", FakeHost.VmName)).Must().Error;
        Assert.Equal(
            """
            Take snapshot…
            Take snapshot: done in 2.0 s
            Transfer data to vault…
            Transfer data to vault: 50 %, 450 MiB of 900 MiB, 45.0 MiB/s, 10 s left
            Transfer data to vault: done in 15 s

            """, error);
    }

    [Fact]
    public async Task Progress_OnATerminal_IsOneLineDrawnOverAndCleared()
    {
        using var host = await NewAsync(terminal: true);
        var error = (await host.RunAsync("backup", FakeHost.VmName)).Must().Error;
        Assert.Contains("\rTransfer data to vault  ████████████░░░░░░░░░░░░ 50 %  450 MiB / 900 MiB  45.0 MiB/s  10 s left\e[K\r\e[K", error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("--json")]
    [InlineData("--quiet")]
    public async Task Progress_WhenNobodyWantsIt_IsSilent(string option)
    {
        using var host = await NewAsync(terminal: true, shown: false);
        Assert.Equal("", (await host.RunAsync("backup", FakeHost.VmName, option)).Must().Error);
    }

    /// <summary>A job that, in its middle, lets the drawing period pass and waits until something was drawn.</summary>
    private static async Task<CliHost> NewAsync(bool terminal, bool shown = true)
    {
        var clock = new ManualClock();
        var host = await new CliHost { Clock = clock, Terminal = terminal }.WithVaultAsync();
        host.Engine.Capture = async (order, events, ct) =>
        {
            events.Publish(new SubTaskStarted(order.Job, clock.GetUtcNow(), SubTask.TakeSnapshot));
            clock.Advance(TimeSpan.FromSeconds(2));
            events.Publish(new SubTaskFinished(order.Job, clock.GetUtcNow(), SubTask.TakeSnapshot, null));
            events.Publish(new SubTaskStarted(order.Job, clock.GetUtcNow(), SubTask.TransferDataToVault));
            events.Publish(new Progressed(order.Job, clock.GetUtcNow(), SubTask.TransferDataToVault, 0, 900L << 20, 0));
            events.Publish(new Progressed(order.Job, clock.GetUtcNow().AddSeconds(10), SubTask.TransferDataToVault, 450L << 20, 900L << 20, 0));
            clock.Advance(TimeSpan.FromSeconds(15));
            if (shown) await Eventually.IsAsync("a progress line", () => host.ErrorSoFar().Contains("50 %", StringComparison.Ordinal));
            events.Publish(new SubTaskFinished(order.Job, clock.GetUtcNow(), SubTask.TransferDataToVault, null));
            return FakeEngine.Result(order);
        };
        return host;
    }
}
