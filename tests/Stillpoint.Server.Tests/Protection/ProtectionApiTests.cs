using Stillpoint.Cli.Tests.Hosting;
using Stillpoint.Contracts;
using Stillpoint.Control.Access;
using Stillpoint.Control.Tests.Fakes;
using Stillpoint.Model;
using Stillpoint.Server.Tests.Hosting;
using Xunit;

namespace Stillpoint.Server.Tests.Protection;

public sealed class ProtectionApiTests
{
    private static readonly CancellationToken None = CancellationToken.None;
    private static readonly PolicyBody Hourly = new(Schedules: ["hourly UTC"]);

    [Fact]
    public async Task Protection_OfAVm_ShowsWhereItCounts()
    {
        await using var host = await ServiceHost.StartBareAsync();
        await host.Client().Policies.AddAsync("hourly", Hourly, None);
        var (mine, others) = (host.Client(Role.Operator, "gue*"), host.Client(Role.Operator, "web*"));
        await Answers.FailsAsync("policy-not-found", 404, () => mine.Plan.ProtectAsync("guest", new("nothing"), None));
        await Answers.FailsAsync("vm-not-found", 404, () => others.Plan.ProtectAsync("guest", new("hourly"), None));
        var made = await mine.Plan.ProtectAsync("guest", new("hourly"), None);
        Assert.Equal(("guest", FakeHost.Vm.ToString(), "qemu:///system", "hourly", null, null), (made.Vm, made.VmId, made.Host, made.Policy, made.Rule, made.Gone));
        Assert.Equal(made, await mine.Plan.ProtectionAsync(FakeHost.Vm.ToString(), None));
        Assert.Equal("hourly", Assert.Single(await mine.Vms.ListAsync(None)).Policy);
        Assert.Equal(made, Assert.Single(await mine.Plan.ProtectedAsync(None)));
        Assert.Empty(await others.Plan.ProtectedAsync(None));
        var plan = (await mine.Plan.PlanAsync(None, hours: 5)).Starts;
        // One more where an hour began meanwhile.
        Assert.InRange(plan.Count, 5, 6);
        Assert.All(plan, p => Assert.Equal(("guest", FakeHost.Vm.ToString(), "hourly", "scheduled"), (p.Vm, p.VmId, p.Policy, p.Kind)));
        Assert.Empty((await mine.Plan.PlanAsync(None, vm: "other")).Starts);
        Assert.Empty((await others.Plan.PlanAsync(None)).Starts);
    }

    [Fact]
    public async Task Protection_TakenAway_NeedsTheNameAgainAndIsHiddenFromOthers()
    {
        await using var host = await ServiceHost.StartBareAsync();
        var client = host.Client();
        await client.Policies.AddAsync("hourly", Hourly, None);
        await client.Plan.ProtectAsync("guest", new("hourly"), None);
        var others = host.Client(Role.Operator, "web*");
        var hidden = await Answers.FailsAsync("vm-not-protected", 404, () => others.Plan.UnprotectAsync("guest", "guest", None));
        var never = await Answers.FailsAsync("vm-not-protected", 404, () => others.Plan.UnprotectAsync("nobody", "nobody", None));
        Assert.Equal(never.Title.Replace("nobody", "guest", StringComparison.Ordinal), hidden.Title);
        var needed = await Answers.FailsAsync("confirmation-needed", 428, () => client.Plan.UnprotectAsync(FakeHost.Vm.ToString(), "", None));
        Assert.Equal("guest", needed.Arguments["expected"]);
        await client.Plan.UnprotectAsync(FakeHost.Vm.ToString(), "guest", None);
        await Answers.FailsAsync("vm-not-protected", 404, () => client.Plan.ProtectionAsync("guest", None));
        var audit = (await client.Access.AuditAsync(None)).Items.Where(a => a.Outcome < 400).Select(a => a.Action).ToArray();
        Assert.Equal(["unprotectVm", "protectVm", "putPolicy"], audit);
    }

    [Fact]
    public async Task Rules_AddedAndRemoved_AreListedWithTheirVms()
    {
        await using var host = await ServiceHost.StartBareAsync();
        var client = host.Client();
        await Answers.FailsAsync("policy-not-found", 404, () => client.Policies.AddRuleAsync(new("all", "hourly", "*"), None));
        await client.Policies.AddAsync("hourly", Hourly, None);
        var nothing = await Answers.FailsAsync("usage-invalid", 400, () => client.Policies.AddRuleAsync(new("all", "hourly"), None));
        Assert.Equal("match", nothing.Arguments["option"]);
        Assert.Equal(new RuleView("all", "hourly", "*", null, null, 0), await client.Policies.AddRuleAsync(new("all", "hourly", "*"), None));
        await Answers.FailsAsync("rule-exists", 409, () => client.Policies.AddRuleAsync(new("all", "hourly", "*"), None));
        await host.Part<Stillpoint.Control.StillpointControl>().DiscoverAsync(FakeHost.New(), None);
        Assert.Equal(1, Assert.Single(await client.Policies.RulesAsync(None)).Vms);
        await Answers.FailsAsync("confirmation-needed", 428, () => client.Policies.RemoveRuleAsync("all", "", None));
        Assert.Equal(new RuleRemoved("all", 1), await client.Policies.RemoveRuleAsync("all", "all", None));
        await Answers.FailsAsync("rule-not-found", 404, () => client.Policies.RemoveRuleAsync("all", "all", None));
    }

    [Fact]
    public async Task Rules_Put_TakeTheirOldOnesPlaceAndVmsUnderThemAreConfirmed()
    {
        await using var host = await ServiceHost.StartBareAsync();
        var client = host.Client();
        var control = host.Part<Stillpoint.Control.StillpointControl>();
        await client.Policies.AddAsync("hourly", Hourly, None);
        await client.Policies.AddAsync("other", Hourly, None);
        await Answers.FailsAsync("policy-not-found", 404, () => client.Policies.PutRuleAsync(new("all", "nothing", "*"), None));
        Assert.Equal(new RuleView("all", "hourly", "web*", null, null, 0), await client.Policies.PutRuleAsync(new("all", "hourly", "web*"), None));
        await client.Policies.PutRuleAsync(new("all", "hourly", "*"), None);
        await control.DiscoverAsync(FakeHost.New(), None);
        await Answers.FailsAsync("confirmation-needed", 428, () => client.Policies.PutRuleAsync(new("all", "other", "*"), None));
        await client.Policies.PutRuleAsync(new("all", "other", "*"), None, confirm: "all");
        await control.DiscoverAsync(FakeHost.New(), None);
        Assert.Equal("other", Assert.Single(await client.Plan.ProtectedAsync(None)).Policy);
        await client.Policies.PutRuleAsync(new("all", "other", "web*"), None, confirm: "all");
        await control.DiscoverAsync(FakeHost.New(), None);
        Assert.Empty(await client.Plan.ProtectedAsync(None));
        await host.Browser(host.Token(Role.Admin)).SendAsync("PUT", "/api/v1/rules/all", new { name = "any", policy = "other", match = "*" }).MustFailAsync("request-invalid", 400);
    }

    [Fact]
    public async Task Overview_CountsVmsByProtectionAndPointsByTheirObjective()
    {
        FakeVm[] vms = [FakeVm.Numbered(1, "fresh"), FakeVm.Numbered(2, "stale"), FakeVm.Numbered(3, "young"), FakeVm.Numbered(4, "free"), FakeVm.Numbered(5, "bare"), FakeVm.Numbered(6, "other")];
        await using var host = await ServiceHost.StartAsync(h => h.Hypervisor = () => FakeHost.Of(vms));
        var client = host.Client();
        await client.Policies.AddAsync("promised", Hourly with { Objective = "30.00:00:00" }, None);
        await client.Policies.AddAsync("none", Hourly, None);
        foreach (var name in new[] { "fresh", "stale" }) await client.Plan.ProtectAsync(name, new("promised"), None);
        await client.Plan.ProtectAsync("free", new("none"), None);
        Assert.Equal(new ProtectionCounts(3, 3, 0, 0, 2, 1), (await client.Jobs.OverviewAsync(None)).Protection);
        host.Clock.Advance(TimeSpan.FromDays(40));
        // A token lasts a day.
        client = host.Client();
        await client.Plan.ProtectAsync("young", new("promised"), None);
        await KnownPoint.AddAsync(host.VaultFolder, KnownPoint.Disk(1), vms[0].Id, "fresh", host.Clock.GetUtcNow());
        Assert.Equal(new ProtectionCounts(4, 2, 1, 1, 1, 1), (await client.Jobs.OverviewAsync(None)).Protection);
        Assert.Equal(new ProtectionCounts(1, 0, 0, 1, 0, 0), (await host.Client(Role.Reader, "stale").Jobs.OverviewAsync(None)).Protection);
        host.Hypervisor = () => throw new FailureException(FailureCode.HostUnreachable, Stage.Connect, ("uri", "qemu:///system"));
        Assert.Equal(new ProtectionCounts(4, null, 1, 1, 1, 1), (await client.Jobs.OverviewAsync(None)).Protection);
    }

    [Fact]
    public async Task PlanSettings_Put_AreWhatIsReadAndRangesAreNamed()
    {
        await using var host = await ServiceHost.StartBareAsync();
        var client = host.Client();
        var wanted = new PlanSettings(3, 5, 7, null, "daily 08:00-20:00 Europe/Amsterdam", 90);
        Assert.Equal(wanted, await client.Plan.SetAsync(wanted, None));
        Assert.Equal(wanted, await host.Client(Role.Reader).Plan.SettingsAsync(None));
        var wrong = await Answers.FailsAsync("usage-invalid", 400, () => client.Plan.SetAsync(wanted with { PerHost = 0 }, None));
        Assert.Equal(("per-host", "1-1000"), (wrong.Arguments["option"], wrong.Arguments["expected"]));
        Assert.Equal(wanted, await client.Plan.SettingsAsync(None));
    }
}
