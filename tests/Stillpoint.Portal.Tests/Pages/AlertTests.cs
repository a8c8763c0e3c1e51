using Microsoft.Playwright;
using Stillpoint.Control;
using Stillpoint.Control.Access;
using Stillpoint.Control.Tests.Fakes;
using Stillpoint.Model;
using Stillpoint.Portal.Tests.Hosting;
using Stillpoint.TestKit;
using Xunit;
using static Microsoft.Playwright.Assertions;

namespace Stillpoint.Portal.Tests.Pages;

/// <summary>What needs somebody's eye now: alerts, and the doctor at a VM.</summary>
[Collection(PortalCollection.Name)]
[Trait("Needs", Needs.Tools)]
public sealed class AlertTests(PortalSite site)
{
    [Fact]
    public async Task Alert_Cleared_IsListedOnlyAmongThoseThatAreOver()
    {
        await using var visit = await site.VisitAsync(Role.Operator);
        await visit.GoAsync("/alerts");
        var open = site.Host.Part<StillpointControl>().Alerts.List(all: false);
        var rows = visit.Region("Open alerts").Locator("tbody tr");
        await Expect(rows).ToHaveCountAsync(open.Count);
        var alert = open.Single(a => a.Condition.Name == ManyVms.All[1].Name && a.Condition.Kind is AlertKind.JobFailed);
        await Expect(rows.GetByText($"{alert.Condition.Name}: the newest job failed")).ToBeVisibleAsync();
        await visit.Button($"Clear the alert of {alert.Condition.Name} (job-failed)").ClickAsync();
        await Expect(rows).ToHaveCountAsync(open.Count - 1);
        await visit.Page.GetByLabel("Also those that are over").CheckAsync();
        await Expect(rows).ToHaveCountAsync(open.Count);
        await Expect(rows.GetByText("cleared ")).ToBeVisibleAsync();
        await Expect(visit.Region("Where alerts go")).ToHaveCountAsync(0);
    }

    [Fact]
    public async Task Ways_SavedAndTried_AreThoseOfTheService()
    {
        await using var visit = await site.VisitAsync();
        await visit.GoAsync("/alerts");
        var ways = visit.Region("Where alerts go");
        await ways.GetByRole(AriaRole.Button, new() { Name = "Send a test message" }).ClickAsync();
        await Expect(ways.GetByText("usage-invalid")).ToBeVisibleAsync();
        await ways.GetByLabel("Webhook").FillAsync("ftp://example.org");
        await ways.GetByRole(AriaRole.Button, new() { Name = "Save" }).ClickAsync();
        await Expect(ways.GetByText("usage-invalid")).ToBeVisibleAsync();
        await ways.GetByLabel("Webhook").FillAsync("");
        await ways.GetByLabel("Mail server").FillAsync("mail.example.org:587");
        await ways.GetByLabel("Mail from").FillAsync("stillpoint@example.org");
        await ways.GetByLabel("Mail to").FillAsync("ops@example.org");
        await ways.GetByRole(AriaRole.Button, new() { Name = "Save" }).ClickAsync();
        await Expect(ways.GetByText("Saved.")).ToBeVisibleAsync();
        var settings = site.Host.Part<StillpointControl>().Settings;
        Assert.Equal((null, "mail.example.org:587", "ops@example.org"), (settings.Alerts.Webhook, settings.Alerts.Smtp, settings.Alerts.MailTo));
        settings.Alerts = new();
    }

    [Fact]
    public async Task Examine_OfAVm_NamesTheCauseWithItsFacts()
    {
        site.Host.Engine.Seen = _ => [new("guest.fsfreeze", "frozen", "guest-fsfreeze-status", FakeEngine.Taken), new("backup.running", "no", "catalog", FakeEngine.Taken)];
        await using var visit = await site.VisitAsync(Role.Operator);
        await visit.GoAsync("/doctor");
        await visit.Page.GetByLabel("VM", new() { Exact = true }).SelectOptionAsync(new SelectOptionValue { Label = "web-001" });
        Assert.EndsWith($"?vm={ManyVms.All[0].Id}", visit.Page.Url, StringComparison.Ordinal);
        await visit.Button("Examine now").ClickAsync();
        var live = await site.Host.Client().Doctor.ExamineAsync(ManyVms.All[0].Id.ToString(), CancellationToken.None);
        await Expect(visit.Page.Locator("article.cause")).ToHaveCountAsync(live.Diagnosis.Causes.Count);
        await Expect(visit.Page.Locator("article.cause").First).ToContainTextAsync(live.Diagnosis.Causes[0].Title);
        await visit.Page.GetByText("What was seen").ClickAsync();
        await Expect(visit.Page.GetByRole(AriaRole.Table, new() { Name = "What was seen" }).GetByText("guest.fsfreeze")).ToBeVisibleAsync();
    }
}
