using Microsoft.Playwright;
using Stillpoint.Control.Access;
using Stillpoint.Engine.Restore;
using Stillpoint.Portal.Tests.Hosting;
using Stillpoint.TestKit;
using Xunit;
using static Microsoft.Playwright.Assertions;

namespace Stillpoint.Portal.Tests.Pages;

[Collection(PortalCollection.Name)]
[Trait("Needs", Needs.Tools)]
public sealed class RestoreTests(PortalSite site)
{
    [Fact]
    public async Task Wizard_ByKeyboardAlone_RestoresAsANewVm()
    {
        await using var visit = await site.VisitAsync(Role.Operator);
        var folder = site.Host.Folder["restored"];
        await visit.GoAsync($"/restore?vm={ManyVms.All[0].Id}");
        // A day of the calendar, its point, and so on.
        await Expect(visit.Page.Locator(".month button")).ToHaveCountAsync(await DaysInSightAsync());
        await TabToAsync(visit, ".month button");
        await visit.Page.Keyboard.PressAsync("ArrowLeft");
        await visit.Page.Keyboard.PressAsync("Enter");
        await Expect(visit.Page.Locator("tbody a[href^='/restore?point=']")).ToHaveCountAsync(1);
        await TabToAsync(visit, "a[href^='/restore?point=']");
        await visit.Page.Keyboard.PressAsync("Enter");
        await TabToAsync(visit, "input[type=radio][value=new-vm]");
        await TabToAsync(visit, "input[placeholder]");
        await visit.Page.Keyboard.TypeAsync(folder);
        await TabToAsync(visit, "button[type=submit]");
        await visit.Page.Keyboard.PressAsync("Enter");
        await Expect(visit.Heading("Summary")).ToBeVisibleAsync();
        await Expect(visit.Page.GetByText("web-001-restored")).ToBeVisibleAsync();
        await TabToAsync(visit, "button[type=submit]");
        await visit.Page.Keyboard.PressAsync("Enter");
        await Expect(visit.Page.GetByRole(AriaRole.Status).GetByText("completed", new() { Exact = true })).ToBeVisibleAsync();
        var order = Assert.IsType<RestoreAsNewVm>(site.Host.Engine.Restores[^1]);
        Assert.Equal(("web-001-restored", folder, false, false), (order.Name, order.Folder, order.NetworkConnected, order.Start));
    }

    [Fact]
    public async Task InPlace_WithoutTheNameTyped_DoesNotStart()
    {
        await using var visit = await site.VisitAsync(Role.Operator);
        var point = (await site.Host.Client().Points.ListAsync(CancellationToken.None, vm: "web-001", limit: 1)).Items.Single();
        await visit.GoAsync($"/restore?point={point.Id}");
        await visit.Page.GetByLabel("In place: replace the disks of the VM").CheckAsync();
        await visit.Button("Next").ClickAsync();
        await Expect(visit.Button("Start restore")).ToBeDisabledAsync();
        await visit.Page.GetByLabel("Type web-001 to confirm").FillAsync("web-001");
        await visit.Button("Start restore").ClickAsync();
        await Expect(visit.Page.GetByRole(AriaRole.Status).GetByText("completed", new() { Exact = true })).ToBeVisibleAsync();
        var order = Assert.IsType<RestoreInPlace>(site.Host.Engine.Restores[^1]);
        Assert.Equal((point.Id, true, false), (order.Point, order.KeepOld, order.Start));
    }

    [Fact]
    public async Task Disks_OutsideTheFolders_AreRefusedWithTheReasonAndThePathKept()
    {
        await using var visit = await site.VisitAsync(Role.Operator);
        var point = (await site.Host.Client().Points.ListAsync(CancellationToken.None, vm: "web-001", limit: 1)).Items.Single();
        await visit.GoAsync($"/restore?point={point.Id}");
        await visit.Page.GetByLabel("Single disks, to files").CheckAsync();
        await visit.Page.GetByLabel("Disk vda").CheckAsync();
        await visit.Page.GetByLabel("File for disk vda").FillAsync("/etc/disk.raw");
        await visit.Button("Next").ClickAsync();
        await visit.Button("Start restore").ClickAsync();
        await Expect(visit.Page.GetByText("request-invalid")).ToBeVisibleAsync();
        await visit.Button("Back").ClickAsync();
        await Expect(visit.Page.GetByLabel("File for disk vda")).ToHaveValueAsync("/etc/disk.raw");
    }

    /// <summary>Of sixty, the days in the newest three months.</summary>
    private async Task<int> DaysInSightAsync()
    {
        var zone = TimeZoneInfo.FindSystemTimeZoneById("Europe/Amsterdam");
        var points = (await site.Host.Client().Points.ListAsync(CancellationToken.None, vm: "web-001", limit: 100)).Items;
        var days = points.Select(p => TimeZoneInfo.ConvertTime(p.Taken, zone).Date).ToList();
        var first = new DateTime(days.Max().Year, days.Max().Month, 1).AddMonths(-2);
        return days.Where(d => d >= first).Distinct().Count();
    }

    /// <summary>As somebody without a mouse goes: Tab until it is there.</summary>
    private static async Task TabToAsync(Visit visit, string selector)
    {
        await visit.SettledAsync();
        await Expect(visit.Page.Locator(selector).First).ToBeVisibleAsync();
        for (var i = 0; i < 60; i++)
        {
            if (await visit.Page.EvaluateAsync<bool>("s => document.activeElement.matches(s)", selector)) return;
            await visit.Page.Keyboard.PressAsync("Tab");
            Assert.False(await visit.Page.EvaluateAsync<bool>("document.activeElement.matches('[data-tabster-dummy]')"), "the focus rests on a mark that says nothing");
        }
        Assert.Fail($"{selector} was not reached by Tab");
    }
}
