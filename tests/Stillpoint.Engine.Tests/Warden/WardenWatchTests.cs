using Stillpoint.Engine.Tests.Fakes;
using Stillpoint.Engine.Warden;
using Stillpoint.Hypervisor;
using Xunit;

namespace Stillpoint.Engine.Tests.Warden;

public sealed class WardenWatchTests : IAsyncDisposable
{
    private const string Socket = "/run/job/nbd.sock";
    private readonly ManualClock _clock = new();
    private readonly FakeHost _host = new();
    private readonly List<string> _said = [];
    private readonly WardenWatch _watch;
    private readonly Task _running;

    public WardenWatchTests()
    {
        var order = new WardenOrder(HostUri.Default, _host.Domain.Id, TimeSpan.FromSeconds(10), Socket, Path.GetTempPath());
        _watch = new(order, _host.ConnectAsync, _said.Add, _clock);
        _watch.ConnectAsync().GetAwaiter().GetResult();
        _running = _watch.RunAsync();
    }

    public async ValueTask DisposeAsync()
    {
        _host.Up = true;
        _host.Domain.AgentAnswers = true;
        _watch.Hear("goodbye");
        _watch.OwnerIsGone();
        await PassAsync(TimeSpan.FromSeconds(30));
        await _running.WaitAsync(TimeSpan.FromSeconds(30));
    }

    [Fact]
    public async Task Freezing_OwnerThawsInTime_WardenDoesNothing()
    {
        _watch.Hear("freezing");
        await PassAsync(TimeSpan.FromSeconds(9));
        _watch.Hear("thawed");
        await PassAsync(TimeSpan.FromSeconds(60));
        Assert.Empty(_host.Domain.Calls);
        Assert.Empty(_said);
    }

    [Fact]
    public async Task Freezing_LimitPasses_ThawsAndSaysSo()
    {
        _host.Domain.Frozen = true;
        _watch.Hear("freezing");
        await PassAsync(TimeSpan.FromSeconds(9.8));
        Assert.True(_host.Domain.Frozen);
        await PassAsync(TimeSpan.FromSeconds(0.4));
        Assert.False(_host.Domain.Frozen);
        Assert.Equal(["thawed-at-limit"], _said);
    }

    [Fact]
    public async Task Freezing_OwnerGone_ThawsTwoSecondsLater()
    {
        _host.Domain.Frozen = true;
        _watch.Hear("freezing");
        await PassAsync(TimeSpan.FromSeconds(1));
        _watch.OwnerIsGone();
        await PassAsync(TimeSpan.FromSeconds(1.8));
        Assert.True(_host.Domain.Frozen);
        await PassAsync(TimeSpan.FromSeconds(0.4));
        Assert.False(_host.Domain.Frozen);
        await _running.WaitAsync(TimeSpan.FromSeconds(30));
    }

    [Fact]
    public async Task Freezing_AgentSilentAtLimit_AsksUntilItAnswers()
    {
        (_host.Domain.Frozen, _host.Domain.AgentAnswers) = (true, false);
        _watch.Hear("freezing");
        await PassAsync(TimeSpan.FromSeconds(120));
        Assert.Empty(_said);
        _host.Domain.AgentAnswers = true;
        await PassAsync(TimeSpan.FromSeconds(11));
        Assert.False(_host.Domain.Frozen);
        Assert.Equal(["thawed-at-limit"], _said);
    }

    [Fact]
    public async Task Freezing_LibvirtdGoneAtLimit_ThawsOverANewConnection()
    {
        _host.Domain.Frozen = true;
        _watch.Hear("freezing");
        _host.Up = false;
        await PassAsync(TimeSpan.FromSeconds(15));
        Assert.True(_host.Domain.Frozen);
        _host.Up = true;
        await PassAsync(TimeSpan.FromSeconds(1));
        Assert.False(_host.Domain.Frozen);
        Assert.True(_host.Connects > 1);
    }

    [Fact]
    public async Task JobRuns_OwnerGone_AbortsTenSecondsLaterAndLeaves()
    {
        _host.Domain.RunningBackupSocket = Socket;
        _watch.Hear("job-begins");
        _watch.OwnerIsGone();
        await PassAsync(TimeSpan.FromSeconds(9.8));
        Assert.Empty(_host.Domain.Calls);
        await PassAsync(TimeSpan.FromSeconds(0.4));
        Assert.Equal(["abort"], _host.Domain.Calls);
        await _running.WaitAsync(TimeSpan.FromSeconds(30));
    }

    [Fact]
    public async Task JobRuns_OwnerAndLibvirtdGoneForGood_LeavesAfterAnHour()
    {
        _host.Domain.RunningBackupSocket = Socket;
        _watch.Hear("job-begins");
        _watch.OwnerIsGone();
        _host.Up = false;
        await PassAsync(TimeSpan.FromMinutes(59));
        Assert.False(_running.IsCompleted);
        await PassAsync(TimeSpan.FromMinutes(2));
        await _running.WaitAsync(TimeSpan.FromSeconds(30));
        Assert.Empty(_host.Domain.Calls);
    }

    [Fact]
    public async Task Freezing_OwnerAndLibvirtdGoneForHours_ThawsWhenItIsBack()
    {
        _host.Domain.Frozen = true;
        _watch.Hear("freezing");
        _watch.OwnerIsGone();
        _host.Up = false;
        await PassAsync(TimeSpan.FromHours(2));
        Assert.True(_host.Domain.Frozen);
        _host.Up = true;
        await PassAsync(TimeSpan.FromSeconds(1));
        Assert.False(_host.Domain.Frozen);
    }

    [Fact]
    public async Task JobRuns_SomebodyElsesJobThere_IsLeftAlone()
    {
        _host.Domain.RunningBackupSocket = "/run/other.sock";
        _watch.Hear("job-begins");
        _watch.OwnerIsGone();
        await PassAsync(TimeSpan.FromSeconds(11));
        Assert.Empty(_host.Domain.Calls);
        Assert.Equal("/run/other.sock", _host.Domain.RunningBackupSocket);
    }

    [Fact]
    public async Task JobRuns_ScratchPausedTheVm_AbortsThenResumes()
    {
        (_host.Domain.RunningBackupSocket, _host.Domain.PausedByIoError) = (Socket, true);
        _watch.Hear("job-begins");
        _host.Raise(new(DomainEventKind.PausedByIoError, "enospc"));
        await PassAsync(TimeSpan.FromSeconds(0.3));
        Assert.Equal(["abort", "resume"], _host.Domain.Calls);
        Assert.Equal(["aborted-paused"], _said);
    }

    private async Task PassAsync(TimeSpan time)
    {
        var step = TimeSpan.FromMilliseconds(100);
        for (var passed = TimeSpan.Zero; passed < time && !_running.IsCompleted; passed += step)
        {
            await Task.WhenAny(_clock.TimerArmedAsync(), _running);
            _clock.Advance(step);
        }
        await Task.WhenAny(_clock.TimerArmedAsync(), _running);
    }
}
