using Microsoft.Playwright;
using Stillpoint.Control.Access;
using Stillpoint.Portal.Tests.Hosting;
using Stillpoint.Server.Access;
using Stillpoint.Server.Tests.Hosting;
using Stillpoint.TestKit;
using Xunit;
using static Microsoft.Playwright.Assertions;

namespace Stillpoint.Portal.Tests.Pages;

[Collection(PortalCollection.Name)]
[Trait("Needs", Needs.Tools)]
public sealed class DoorTests(PortalSite site)
{
    [Fact]
    public async Task SetUp_WithThePrintedToken_MakesTheAdministratorAndSignsIn()
    {
        PortalSite.Need();
        await using var bare = await ServiceHost.StartBareAsync(h => h.Portal = PortalSite.Folder);
        await using var visit = await site.VisitAsync(role: null, host: bare);
        await visit.GoAsync("/");
        await visit.Link("First start: make the first administrator").ClickAsync();
        await visit.Field("Set-up token").FillAsync("setup-wrong");
        await visit.Field("Name").FillAsync("ada");
        await visit.Field("Password").FillAsync(ServiceHost.Password);
        await visit.Field("The password again").FillAsync(ServiceHost.Password);
        await visit.Button("Make the administrator").ClickAsync();
        await Expect(visit.Page.GetByText("set-up-token-wrong")).ToBeVisibleAsync();
        await visit.Field("Set-up token").FillAsync(bare.Server.SetUpToken!);
        await visit.Button("Make the administrator").ClickAsync();
        await Expect(visit.Heading("Overview")).ToBeVisibleAsync();
        Assert.Equal("ada", bare.Access.Users.List().Single().Name);
        // No vault was chosen: that is told, and takes nothing else with it.
        await Expect(visit.Page.GetByText("vault-not-chosen").First).ToBeVisibleAsync();
    }

    [Fact]
    public async Task SignIn_WithPasswordAndCode_OpensThePageThatWasAskedFor()
    {
        PortalSite.Need();
        var secret = OneTimeCode.NewSecret();
        site.Host.AddUser("grace", Role.Operator);
        site.Host.Access.Users.Change("grace", null, u => u with { SecondFactor = secret });
        await using var visit = await site.VisitAsync(role: null);
        await visit.GoAsync("/jobs?state=failed");
        await visit.Field("Name").FillAsync("grace");
        await visit.Field("Password").FillAsync("not it, surely");
        await visit.Page.Keyboard.PressAsync("Enter");
        await Expect(visit.Page.GetByText("sign-in-failed")).ToBeVisibleAsync();
        await visit.Field("Password").FillAsync(ServiceHost.Password);
        await visit.Page.Keyboard.PressAsync("Enter");
        await visit.Field("Code").FillAsync(OneTimeCode.At(secret, OneTimeCode.StepOf(site.Host.Clock.GetUtcNow())));
        await visit.Page.Keyboard.PressAsync("Enter");
        await Expect(visit.Heading("Jobs")).ToBeVisibleAsync();
        await visit.SettledAsync();
        Assert.EndsWith("/jobs?state=failed", visit.Page.Url, StringComparison.Ordinal);
        await visit.Button("Sign out").ClickAsync();
        await Expect(visit.Heading("Sign in to Stillpoint")).ToBeVisibleAsync();
    }

    [Fact]
    public async Task Session_ThatEnds_IsSaidAndLeadsBack()
    {
        await using var visit = await site.VisitAsync(Role.Reader);
        await visit.GoAsync("/vms");
        site.Host.Access.Keys.RemoveSessions("reader", null);
        await visit.Link("Doctor").ClickAsync();
        await Expect(visit.Page.GetByText("Your session has ended.")).ToBeVisibleAsync();
        await visit.Field("Name").FillAsync("reader");
        await visit.Field("Password").FillAsync(ServiceHost.Password);
        await visit.Button("Sign in").ClickAsync();
        await Expect(visit.Heading("Doctor")).ToBeVisibleAsync();
    }

    [Fact]
    public async Task Service_OutOfReach_IsSaidWithTheTimeUntilItAnswers()
    {
        await using var visit = await site.VisitAsync();
        await visit.GoAsync("/jobs");
        await visit.Context.SetOfflineAsync(true);
        // A kind that no test of this site has run.
        await visit.Page.GetByLabel("Kind").SelectOptionAsync("copy");
        await Expect(visit.Page.GetByText("The server has not been reachable since")).ToBeVisibleAsync();
        await visit.Context.SetOfflineAsync(false);
        await visit.Page.GetByRole(AriaRole.Button, new() { Name = "Try again" }).First.ClickAsync();
        await Expect(visit.Page.GetByText("The server has not been reachable since")).ToHaveCountAsync(0);
        await Expect(visit.Page.GetByText("Nothing fits these filters.")).ToBeVisibleAsync();
    }

    [Fact]
    public async Task LanguageAndTheme_Chosen_AreKept()
    {
        await using var visit = await site.VisitAsync();
        await visit.GoAsync("/");
        await visit.Page.GetByLabel("Language").SelectOptionAsync("fr");
        await Expect(visit.Heading("Vue d'ensemble")).ToBeVisibleAsync();
        await visit.Page.GetByLabel("Thème").SelectOptionAsync("dark");
        await visit.Page.ReloadAsync();
        await Expect(visit.Heading("Vue d'ensemble")).ToBeVisibleAsync();
        Assert.Equal("dark", await visit.Page.EvaluateAsync<string>("document.documentElement.style.colorScheme"));
    }
}
