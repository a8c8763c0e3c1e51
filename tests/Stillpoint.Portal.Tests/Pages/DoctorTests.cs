using System.Text;
using Microsoft.Playwright;
using Stillpoint.Control.Access;
using Stillpoint.Portal.Tests.Hosting;
using Stillpoint.TestKit;
using Xunit;
using static Microsoft.Playwright.Assertions;

namespace Stillpoint.Portal.Tests.Pages;

[Collection(PortalCollection.Name)]
[Trait("Needs", Needs.Tools)]
public sealed class DoctorTests(PortalSite site)
{
    [Fact]
    public async Task Bundle_OfALog_IsDiagnosedInThePage()
    {
        await using var visit = await site.VisitAsync(Role.Reader);
        await visit.GoAsync("/doctor");
        await visit.Page.Locator("input[type=file]").SetInputFilesAsync(new FilePayload { Name = "journal.log", MimeType = "text/plain", Buffer = Encoding.UTF8.GetBytes(
            "Nov 20 22:00:01 web1 qemu-ga[412]: info: guest-fsfreeze called\nNov 20 22:00:01 web1 qemu-ga[412]: error: failed to freeze /: Device or resource busy\n") });
        var region = visit.Region("Diagnose a bundle of logs");
        await Expect(region.GetByText("journal.log").First).ToBeVisibleAsync();
        await Expect(region.Locator("article.cause, .empty, li a").First).ToBeVisibleAsync();
        await Expect(region.Locator(".fui-MessageBar")).ToHaveCountAsync(0);
    }

    [Fact]
    public async Task Explain_OfOurOwnCode_LeadsToItsCause()
    {
        await using var visit = await site.VisitAsync(Role.Reader);
        await visit.GoAsync("/doctor");
        await visit.Page.GetByLabel("An error message, a code or a line of a log").FillAsync("fs-freeze-lock-held");
        await visit.Button("Explain").ClickAsync();
        var region = visit.Region("Explain a message");
        await region.Locator("a[href='/doctor/fs-freeze-lock-held']").ClickAsync();
        await Expect(visit.Region("What to do")).ToBeVisibleAsync();
    }

    [Fact]
    public async Task Catalogue_Searched_ShowsTheCausesWithTheWord()
    {
        await using var visit = await site.VisitAsync(Role.Reader, "nl");
        await visit.GoAsync("/doctor");
        var rows = visit.Page.Locator("tbody tr");
        await Expect(rows).ToHaveCountAsync(Stillpoint.Doctor.Catalogue.All.Count);
        await visit.Page.GetByLabel("Zoeken in de catalogus").FillAsync("fs-freeze-lock-held");
        await Expect(rows.First).ToBeVisibleAsync();
        Assert.InRange(await rows.CountAsync(), 1, 3);
        Assert.Contains("search=fs-freeze-lock-held", visit.Page.Url, StringComparison.Ordinal);
    }
}
