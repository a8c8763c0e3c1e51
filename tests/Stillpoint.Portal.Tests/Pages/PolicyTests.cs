using Microsoft.Playwright;
using Stillpoint.Contracts;
using Stillpoint.Control;
using Stillpoint.Control.Access;
using Stillpoint.Portal.Tests.Hosting;
using Stillpoint.TestKit;
using Xunit;
using static Microsoft.Playwright.Assertions;

namespace Stillpoint.Portal.Tests.Pages;

/// <summary>What is promised, to which VMs, and when it is done.</summary>
[Collection(PortalCollection.Name)]
[Trait("Needs", Needs.Tools)]
public sealed class PolicyTests(PortalSite site)
{
    [Fact]
    public async Task Policy_MadeChangedAndRemoved_IsSoInTheCatalog()
    {
        await using var visit = await site.VisitAsync();
        await visit.GoAsync("/policies");
        await visit.Button("New policy").ClickAsync();
        await visit.Field("Name").FillAsync("weekly");
        await visit.Field("Windows").FillAsync("weekly sat 01:00-05:00 Europe/Amsterdam\ndaily 25:00-06:00");
        await visit.Field("Weeks").FillAsync("4");
        await visit.Field("Newest recovery point no older than").FillAsync("192.5");
        await visit.Button("Save").ClickAsync();
        await Expect(visit.Page.GetByText("usage-invalid")).ToBeVisibleAsync();
        await visit.Field("Windows").FillAsync("weekly sat 01:00-05:00 Europe/Amsterdam");
        await visit.Button("Save").ClickAsync();
        await Expect(visit.Heading("weekly")).ToBeVisibleAsync();
        var stored = site.Host.Part<StillpointControl>().Policies.Find("weekly").Policy;
        Assert.Equal((4, TimeSpan.FromHours(192.5), 1), (stored.Retention.Weekly, stored.Objective, stored.Schedules.Count));

        // Somebody else is faster: nothing is overwritten, and the newer version can be read.
        await visit.Button("Change").ClickAsync();
        var client = site.Host.Client();
        var read = await client.Policies.ShowAsync("weekly", CancellationToken.None);
        await client.Policies.ReplaceAsync("weekly", read.Policy with { Retries = 5 }, read.Version, CancellationToken.None);
        await visit.Field("Days").FillAsync("3");
        await visit.Button("Save").ClickAsync();
        await Expect(visit.Page.GetByText("policy-changed")).ToBeVisibleAsync();
        await visit.Button("Read it anew").ClickAsync();
        await Expect(visit.Page.GetByLabel("Tries after a failure")).ToHaveValueAsync("5");
        await visit.Field("Days").FillAsync("3");
        await visit.Button("Save").ClickAsync();
        await Expect(visit.Region("What it promises").GetByText("Days: 3 · Weeks: 4")).ToBeVisibleAsync();

        await visit.Button("Remove").ClickAsync();
        var dialog = visit.Page.GetByRole(AriaRole.Alertdialog);
        await dialog.GetByRole(AriaRole.Textbox).FillAsync("weekly");
        await dialog.GetByRole(AriaRole.Button, new() { Name = "Remove" }).ClickAsync();
        await Expect(visit.Page.GetByText("The policy is removed.")).ToBeVisibleAsync();
        await visit.Link("All policies").ClickAsync();
        await Expect(visit.Heading("Policies")).ToBeVisibleAsync();
        Assert.Equal(["nightly", "on-demand", "tight"], site.Host.Part<StillpointControl>().Policies.List().Select(p => p.Policy.Name));
    }

    [Fact]
    public async Task Preview_OnTheCalendar_HasTheDaysThatTheServiceSays()
    {
        await using var visit = await site.VisitAsync(Role.Reader);
        await visit.GoAsync("/policies/nightly");
        var preview = await site.Host.Client().Policies.PreviewAsync("nightly", CancellationToken.None, runs: 60);
        var months = await visit.Page.Locator(".month").CountAsync();
        Assert.Equal(4, months);
        var zone = TimeZoneInfo.FindSystemTimeZoneById("Europe/Amsterdam");
        var today = TimeZoneInfo.ConvertTime(TimeProvider.System.GetUtcNow(), zone);
        var first = new DateTime(today.Year, today.Month, 1).AddMonths(-2);
        int Days(IEnumerable<DateTimeOffset> times) => times.Select(t => TimeZoneInfo.ConvertTime(t, zone).Date).Where(d => d >= first && d < first.AddMonths(4)).Distinct().Count();
        Assert.Equal(Days(preview.Kept.Select(k => k.Taken)), await visit.Page.Locator(".month td.kept, .month td.both").CountAsync());
        Assert.Equal(Days(preview.Runs.Select(r => r.Opens)), await visit.Page.Locator(".month td.run, .month td.both").CountAsync());
        await Expect(visit.Page.Locator(".month td[aria-current=date]")).ToHaveTextAsync(new System.Text.RegularExpressions.Regex($"^{today.Day}"));
        await Expect(visit.Region("What it comes to").GetByText("newest of its month").First).ToBeAttachedAsync();
        await Expect(visit.Button("Change")).ToHaveCountAsync(0);
    }

    [Fact]
    public async Task Protection_OfAVm_IsGivenAndTakenByItsName()
    {
        var vm = ManyVms.All[SixtyDays.Protected + 5];
        await using var visit = await site.VisitAsync(Role.Operator);
        await visit.GoAsync($"/vms/{vm.Id}");
        var region = visit.Region("Protection");
        await Expect(region.GetByText("The VM is not protected")).ToBeVisibleAsync();
        await region.GetByLabel("Choose a policy").SelectOptionAsync("on-demand");
        await region.GetByRole(AriaRole.Button, new() { Name = "Protect", Exact = true }).ClickAsync();
        await Expect(region.GetByRole(AriaRole.Link, new() { Name = "on-demand" })).ToBeVisibleAsync();
        Assert.Equal("on-demand", site.Host.Part<StillpointControl>().Protection.Find(vm.Id)!.Policy);
        await region.GetByRole(AriaRole.Button, new() { Name = "Stop protecting" }).ClickAsync();
        var dialog = visit.Page.GetByRole(AriaRole.Alertdialog);
        await dialog.GetByRole(AriaRole.Textbox).FillAsync(vm.Name);
        await dialog.GetByRole(AriaRole.Button, new() { Name = "Stop protecting" }).ClickAsync();
        await Expect(region.GetByText("The VM is not protected")).ToBeVisibleAsync();
        Assert.Null(site.Host.Part<StillpointControl>().Protection.Find(vm.Id));
    }

    [Fact]
    public async Task Plan_OfTheNight_IsDrawnAsItIsPlanned()
    {
        await using var visit = await site.VisitAsync(Role.Reader);
        await visit.GoAsync("/plan");
        var plan = await site.Host.Client().Plan.PlanAsync(CancellationToken.None);
        var picture = visit.Region("The night as a picture");
        await Expect(picture.Locator("svg:not(.load) rect:not(.window)")).ToHaveCountAsync(plan.Starts.Count);
        await Expect(picture.Locator("rect.refused")).ToHaveCountAsync(plan.Starts.Count(s => !s.Fits));
        Assert.InRange(plan.Starts.Count(s => !s.Fits), 1, plan.Starts.Count - 1);
        // Within the limit, and at it: else nothing would have been without room.
        var limits = await site.Host.Client().Plan.SettingsAsync(CancellationToken.None);
        await Expect(picture.GetByText($"at most {limits.PerHost} at once, {limits.PerHost} are allowed")).ToBeVisibleAsync();
        await visit.Page.GetByLabel("Period").SelectOptionAsync("48");
        await Expect(picture.Locator("svg:not(.load) rect:not(.window)")).ToHaveCountAsync((await site.Host.Client().Plan.PlanAsync(CancellationToken.None, hours: 48)).Starts.Count);
    }
}
