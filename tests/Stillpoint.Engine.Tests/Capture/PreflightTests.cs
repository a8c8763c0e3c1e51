using Stillpoint.Engine.Capture;
using Stillpoint.Engine.Tests.Fakes;
using Stillpoint.Hypervisor;
using Stillpoint.Model;
using Xunit;

namespace Stillpoint.Engine.Tests.Capture;

public sealed class PreflightTests
{
    private readonly FakeHost _host = new();

    [Fact]
    public async Task Run_HealthyVm_GivesItsFacts()
    {
        var facts = await RunAsync();
        Assert.Equal("running", facts.Single(f => f.Name == "domain.power").Value);
        Assert.Equal("thawed", facts.Single(f => f.Name == "guest.fsfreeze").Value);
        Assert.Equal("configured", facts.Single(f => f.Name == "agent.channel").Value);
    }

    [Fact]
    public async Task Run_SomebodyElsesJobRuns_SaysWhichBeforeAnythingIsTouched()
    {
        _host.Domain.RunningBackupSocket = "/other.sock";
        var e = await Assert.ThrowsAsync<FailureException>(RunAsync);
        Assert.Equal(FailureCode.VmBusyWithOtherJob, e.Failure.Code);
        Assert.Equal("backup", e.Failure.Arguments["operation"]);
        Assert.Empty(_host.Domain.Calls);
    }

    [Fact]
    public async Task Run_PausedByAnIoError_Fails()
    {
        (_host.Domain.Power, _host.Domain.PausedByIoError) = (PowerState.Paused, true);
        Assert.Equal(FailureCode.VmPausedByHost, (await Assert.ThrowsAsync<FailureException>(RunAsync)).Failure.Code);
    }

    [Fact]
    public async Task Run_SilentAgent_IsAFactAndNoFailure()
    {
        _host.Domain.AgentAnswers = false;
        Assert.Equal("false", (await RunAsync()).Single(f => f.Name == "agent.answers").Value);
    }

    private Task<IReadOnlyList<Fact>> RunAsync() =>
        new Preflight(_host.Domain, _host.Domain.Config, Path.GetTempPath(), TimeProvider.System).RunAsync(CancellationToken.None);
}
