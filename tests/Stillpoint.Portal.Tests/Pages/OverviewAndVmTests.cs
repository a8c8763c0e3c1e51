using System.Text.RegularExpressions;
using Microsoft.Playwright;
using Stillpoint.Hypervisor;
using Stillpoint.Model;
using Stillpoint.Portal.Tests.Everywhere;
using Stillpoint.Portal.Tests.Hosting;
using Stillpoint.TestKit;
using Xunit;
using static Microsoft.Playwright.Assertions;

namespace Stillpoint.Portal.Tests.Pages;

[Collection(PortalCollection.Name)]
[Trait("Needs", Needs.Tools)]
public sealed class OverviewAndVmTests(PortalSite site)
{
    [Fact]
    public async Task Overview_OfTheDataSet_HasItsFigures()
    {
        await using var visit = await site.VisitAsync();
        await visit.GoAsync("/");
        var tiles = await visit.Page.Locator(".tile").AllInnerTextsAsync();
        Assert.StartsWith("Virtual machines\n500\n", tiles[0], StringComparison.Ordinal);
        Assert.StartsWith($"VMs with recovery points\n{SixtyDays.VmsWithPoints}\n", tiles[1], StringComparison.Ordinal);
        // When they were taken, which is long before this test wrote them down.
        Assert.StartsWith($"Recovery points\n{SixtyDays.Points}\n", tiles[2], StringComparison.Ordinal);
        Assert.EndsWith("23 hours ago", tiles[2], StringComparison.Ordinal);
        var attention = visit.Region("Failed or worth less than wanted, last 24 hours");
        await Expect(attention.GetByText("fs-freeze-lock-held").First).ToBeVisibleAsync();
        await visit.Link("Failed jobs").ClickAsync();
        await Expect(visit.Heading("Jobs")).ToBeVisibleAsync();
        await Expect(visit.Page.GetByLabel("State")).ToHaveValueAsync("failed");
    }

    [Fact]
    public async Task List_OfFiveHundred_KeepsFewInTheDocumentAndFindsAny()
    {
        await using var visit = await site.VisitAsync();
        await visit.GoAsync("/vms");
        await Expect(visit.Page.GetByText("Shown: 500 of 500")).ToBeVisibleAsync();
        var table = visit.Page.GetByRole(AriaRole.Table, new() { Name = "Virtual machines" });
        await Expect(table).ToHaveAttributeAsync("aria-rowcount", "501");
        Assert.InRange(await visit.Page.Locator(".long-body .row").CountAsync(), 10, 60);
        await table.EvaluateAsync("t => t.scrollTop = t.scrollHeight");
        await Expect(visit.Link(ManyVms.All.Select(v => v.Name).Max(StringComparer.Ordinal)!)).ToBeVisibleAsync();
        await visit.Page.GetByLabel("Search by name").FillAsync("db-04");
        await Expect(visit.Page.GetByText("Shown: 10 of 500")).ToBeVisibleAsync();
        Assert.Contains("search=db-04", visit.Page.Url, StringComparison.Ordinal);
        await visit.Page.GetByLabel("Search by name").FillAsync("");
        // Ten of the data set; what other tests of this site had fail besides.
        await visit.Page.GetByLabel("Backup in the last 24 hours").SelectOptionAsync("failed");
        await Expect(visit.Page.GetByText(new Regex("Shown: 1[0-9] of 500"))).ToBeVisibleAsync();
        await visit.Page.GetByLabel("State").SelectOptionAsync("paused");
        await Expect(visit.Page.GetByText("Nothing fits these filters.")).ToBeVisibleAsync();
    }

    [Fact]
    public async Task BackUpNow_OfThreeChosen_OrdersThem()
    {
        await using var visit = await site.VisitAsync();
        var before = site.Host.Engine.Backups.Count;
        await visit.GoAsync("/vms?search=mail-00");
        foreach (var name in new[] { "mail-001", "mail-002", "mail-003" }) await visit.Page.GetByLabel($"Choose {name}", new() { Exact = true }).CheckAsync();
        await Expect(visit.Page.GetByText("Chosen: 3")).ToBeVisibleAsync();
        await visit.Button("Back up now").ClickAsync();
        await Expect(visit.Page.GetByText("Backups begun: 3.")).ToBeVisibleAsync();
        Assert.Equal(
            ManyVms.All.Where(v => v.Name is "mail-001" or "mail-002" or "mail-003").Select(v => v.Id.ToString()).Order(),
            site.Host.Engine.Backups.Skip(before).Select(b => b.Vm).Order());
        await Expect(visit.Page.GetByText("Chosen: 0")).ToBeVisibleAsync();
    }

    [Fact]
    public async Task Vm_WithSixtyPoints_ShowsStateTimelineAndCharts()
    {
        await using var visit = await site.VisitAsync();
        await visit.GoAsync(PageList.Vm);
        await Expect(visit.Heading("web-001")).ToBeVisibleAsync();
        var points = visit.Region("Recovery points");
        await Expect(points.Locator("tbody tr")).ToHaveCountAsync(30);
        await Expect(points.Locator("figure")).ToHaveCountAsync(2);
        await points.GetByRole(AriaRole.Button, new() { Name = "Show more" }).ClickAsync();
        await Expect(points.Locator("tbody tr")).ToHaveCountAsync(60);
        // Three of the sixty are crash consistent, and say why; those have no bar of frozen time.
        await Expect(points.Locator("tbody").GetByText("crash consistent", new() { Exact = true })).ToHaveCountAsync(3);
        Assert.Equal(57, await points.Locator("figure").First.Locator("rect").CountAsync());
        Assert.Equal(60, await points.Locator("figure").Last.Locator("rect").CountAsync());
        foreach (var chart in await points.Locator("figure").AllAsync())
        {
            var heights = await chart.Locator("rect").EvaluateAllAsync<double[]>("bars => bars.map(b => b.getBoundingClientRect().height)");
            Assert.InRange(heights.Max(), 80, 120);
            Assert.InRange(heights.Min(), 1, 60);
            Assert.InRange(heights.Distinct().Count(), 30, 60);
        }
        await Expect(visit.Region("Disks").Locator("tbody tr")).ToHaveCountAsync(3);
        await Expect(visit.Region("State").GetByText("stillpoint-0123abcd-web-001")).ToBeVisibleAsync();
    }

    [Fact]
    public async Task Check_OfAVm_SaysWhatABackupWouldBeWorth()
    {
        await using var visit = await site.VisitAsync();
        site.Host.Engine.Check = _ => new(
            "web-001", ManyVms.All[0].Id, PowerState.Running, Consistency.Crash, null, Failure.Of(FailureCode.AgentNotConnected, Stage.Preflight), [new("vda", "qcow2", null, Tracked: true)],
            false, []);
        await visit.GoAsync(PageList.Vm);
        await visit.Button("Check now").ClickAsync();
        var check = visit.Region("Check before a backup");
        await Expect(check.GetByText("crash consistent", new() { Exact = true })).ToBeVisibleAsync();
        await Expect(check.GetByText("agent-not-connected")).ToBeVisibleAsync();
    }

    [Fact]
    public async Task Vm_ThatFailed_ShowsItsLastDiagnosis()
    {
        await using var visit = await site.VisitAsync();
        site.Host.Engine.Capture = (_, _, _) => throw new FailureException(SixtyDays.Frozen);
        try
        {
            await visit.GoAsync($"/vms/{ManyVms.All[3].Id}");
            await Expect(visit.Page.GetByText("None of its last jobs failed or was worth less than wanted.")).ToBeVisibleAsync();
            await visit.Button("Back up now").ClickAsync();
            await Expect(visit.Heading("Job error details")).ToBeVisibleAsync();
            await visit.GoAsync($"/vms/{ManyVms.All[3].Id}");
            await Expect(visit.Region("Last diagnosis").GetByRole(AriaRole.Link, new() { Name = "fs-freeze-lock-held" })).ToBeVisibleAsync();
        }
        finally
        {
            site.Host.Engine.Capture = (o, _, _) => Task.FromResult(Control.Tests.Fakes.FakeEngine.Result(o));
        }
    }
}
