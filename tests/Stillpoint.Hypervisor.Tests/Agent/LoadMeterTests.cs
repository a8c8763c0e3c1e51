using Stillpoint.Hypervisor.Agent;
using Stillpoint.Model;
using Stillpoint.TestKit;
using Xunit;

namespace Stillpoint.Hypervisor.Tests.Agent;

public sealed class LoadMeterTests
{
    [Theory]
    [InlineData("cpu-percent 97\npsi-memory 3\nmemory-percent 41\n", 97, 3, 41)]
    [InlineData("memory-percent 41\n", null, null, 41)]
    [InlineData("cpu-percent 101\ncpu-percent -1\nnonsense\nmemory-percent 99999999999\npsi-memory 0\n", null, 0, null)]
    public void Read_OfWhatAGuestSaid_TakesNumbersThatCanBe(string said, int? cpu, int? pressure, int? memory) =>
        Assert.Equal(new GuestLoad(cpu, pressure, memory), LoadMeter.Read(said));

    [Fact]
    public void Read_OfNothing_IsNothing() => Assert.Null(LoadMeter.Read("sh: read: not found\n"));

    [Fact, Trait("Needs", Needs.Tools)]
    public async Task Script_OnALinux_TellsProcessorsAndMemory()
    {
        Needs.Programs("sh", "sleep");
        var said = (await Tool.RunAsync("sh", Repository.PathOf("src", "guest", "load.sh"), "0.2")).Must().Out;
        var load = LoadMeter.Read(said);
        Assert.NotNull(load?.CpuPercent);
        Assert.InRange(load!.MemoryPercent!.Value, 0, 100);
    }
}
