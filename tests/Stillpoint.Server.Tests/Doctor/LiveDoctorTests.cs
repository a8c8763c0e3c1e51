using System.Text.Json;
using Stillpoint.Control.Access;
using Stillpoint.Control.Tests.Fakes;
using Stillpoint.Server.Tests.Hosting;
using Stillpoint.Server.Tests.ThroughService;
using Xunit;

namespace Stillpoint.Server.Tests.Doctor;

public sealed class LiveDoctorTests
{
    private static readonly CancellationToken None = CancellationToken.None;

    [Fact]
    public async Task Examine_OfAVm_NamesTheCauseToWhoeverSeesIt()
    {
        await using var host = await ServiceHost.StartAsync();
        host.Engine.Seen = _ => [new("guest.fsfreeze", "frozen", "guest-fsfreeze-status", FakeEngine.Taken), new("backup.running", "no", "catalog", FakeEngine.Taken)];
        var live = await host.Client(Role.Operator, "gue*").Doctor.ExamineAsync("guest", None);
        Assert.Equal((FakeHost.Vm.ToString(), 2), (live.VmId, live.Facts.Count));
        Assert.False(live.Diagnosis.Healthy);
        await Answers.FailsAsync("vm-not-found", 404, () => host.Client(Role.Operator, "web*").Doctor.ExamineAsync("guest", None));
        await Answers.FailsAsync("vm-not-found", 404, () => host.Client(Role.Operator).Doctor.ExamineAsync("nobody", None));

        var cli = await CliProcess.Of(host).JsonAsync("doctor", "--vm", "guest", "--save-facts", host.Folder["facts.json"]);
        var told = cli.Must().Json;
        Assert.Equal(live.Diagnosis.Causes.Select(c => c.Id), told.GetProperty("causes").EnumerateArray().Select(c => c.GetProperty("id").GetString()!));
        var again = (await CliProcess.Of(host).JsonAsync("doctor", "--facts", host.Folder["facts.json"])).Must().Json;
        Assert.Equal(JsonSerializer.Serialize(told.GetProperty("causes")), JsonSerializer.Serialize(again.GetProperty("causes")));
        (await CliProcess.Of(host).JsonAsync("doctor", "--vm", "guest", "--repair", "safe", "--yes")).MustFail(7, "data-folder-held");
    }
}
