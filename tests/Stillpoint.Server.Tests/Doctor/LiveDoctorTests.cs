using System.Text.Json;
using Stillpoint.Control.Access;
using Stillpoint.Control.Tests.Fakes;
using Stillpoint.Model;
using Stillpoint.Server.Tests.Hosting;
using Stillpoint.Server.Tests.ThroughService;
using Xunit;

namespace Stillpoint.Server.Tests.Doctor;

public sealed class LiveDoctorTests
{
    private static readonly CancellationToken None = CancellationToken.None;

    private static readonly Fact
        Frozen = new("guest.fsfreeze", "frozen", "guest-fsfreeze-status", FakeEngine.Taken),
        Idle = new("backup.running", "no", "catalog", FakeEngine.Taken),
        Running = new("domain.power", "running", "virDomainGetState", FakeEngine.Taken);

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
    }

    [Fact]
    public async Task Repair_ThatHelps_IsAJobOfTheServiceAndTriedByABackup()
    {
        await using var host = await ServiceHost.StartAsync();
        host.Engine.Seen = _ => host.Engine.Repaired.Count > 0 ? [Running, Idle] : [Frozen, Running, Idle];
        var cli = CliProcess.Of(host);
        (await cli.JsonAsync("doctor", "--vm", "guest", "--repair", "safe")).MustFail(1, "not-confirmed");
        Assert.Empty(host.Engine.Repaired);

        var told = (await cli.JsonAsync("doctor", "--vm", "guest", "--repair", "safe", "--yes")).Must().Json;
        Assert.Equal("thaw", Assert.Single(host.Engine.Repaired));
        var repair = Assert.Single(told.GetProperty("repairs").EnumerateArray().ToArray());
        Assert.Equal(("thaw", "fs-frozen-left-behind", "helped"), (repair.GetProperty("repair").GetString(), repair.GetProperty("cause").GetString(), repair.GetProperty("end").GetString()));
        Assert.Equal("completed", told.GetProperty("backup").GetProperty("state").GetString());
        var jobs = (await host.Client().Jobs.ListAsync(None)).Items;
        Assert.Equal(["backup completed", "repair completed"], jobs.Select(j => $"{j.Kind} {j.State}"));
        Assert.Equal("repair", Assert.Single((await host.Client().Jobs.ShowAsync(jobs[1].Id, None)).SubTasks).Name);
        var audit = (await host.Client().Access.AuditAsync(None, who: "local")).Items.Single(a => a.Action == "startRepair");
        Assert.Equal(("socket", 202, jobs[1].Id), (audit.Via, audit.Outcome, audit.Job));
        Assert.Contains("thaw of guest against fs-frozen-left-behind", audit.Target, StringComparison.Ordinal);
        Assert.Empty((await cli.JsonAsync("doctor", "--vm", "guest", "--repair", "safe", "--yes")).Must().Json.GetProperty("repairs").EnumerateArray());
    }

    [Fact]
    public async Task Repair_ThatDoesNotHelp_EndsAsBesideNoServiceAndTriesNoBackup()
    {
        await using var host = await ServiceHost.StartAsync();
        host.Engine.Seen = _ => [Frozen, Running, Idle];
        var end = await CliProcess.Of(host).JsonAsync("doctor", "--vm", "guest", "--repair", "safe", "--yes");
        Assert.Equal(11, end.ExitCode);
        Assert.Equal("did-not-help", end.Json.GetProperty("repairs")[0].GetProperty("end").GetString());
        Assert.Equal(JsonValueKind.Null, end.Json.GetProperty("backup").ValueKind);
        var job = Assert.Single((await host.Client().Jobs.ListAsync(None)).Items);
        Assert.Equal(("repair", "completed-with-warnings"), (job.Kind, job.State));
        Assert.Equal("repair-did-not-help", Assert.Single((await host.Client().Jobs.ShowAsync(job.Id, None)).Warnings).Code);
        Assert.Empty(host.Engine.Backups);
    }

    [Fact]
    public async Task Repair_AskedOverTheNetwork_NeedsConsentSightAndTheCauseItself()
    {
        await using var host = await ServiceHost.StartAsync();
        host.Engine.Seen = _ => [Running, Idle];
        var client = host.Client(Role.Operator, "gue*");
        var gone = await client.Jobs.RepairAsync(new("guest", "fs-frozen-left-behind"), None);
        var ended = await client.EndOfAsync(gone.Job);
        Assert.Equal(("failed", "cause-not-repairable"), (ended.Job.State, ended.Job.Failure!.Code));
        Assert.Empty(host.Engine.Repaired);
        // What changes the VM is confirmed by its name.
        var problem = await Answers.FailsAsync("confirmation-needed", 428, () => client.Jobs.RepairAsync(new("guest", "kvm-agent-channel-missing"), None));
        Assert.Equal("guest", problem.Arguments["expected"]);
        await Answers.FailsAsync("vm-not-found", 404, () => host.Client(Role.Operator, "web*").Jobs.RepairAsync(new("guest", "fs-frozen-left-behind"), None));
        await Answers.FailsAsync("cause-unknown", 404, () => client.Jobs.RepairAsync(new("guest", "nothing"), None));
        await Answers.FailsAsync("cause-not-repairable", 409, () => client.Jobs.RepairAsync(new("guest", "store-target-full"), None));
        await Answers.FailsAsync("not-allowed", 403, () => host.Client(Role.Reader).Jobs.RepairAsync(new("guest", "fs-frozen-left-behind"), None));
    }
}
