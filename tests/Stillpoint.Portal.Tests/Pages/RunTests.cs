using Microsoft.Playwright;
using Stillpoint.Control.Access;
using Stillpoint.Portal.Tests.Hosting;
using Stillpoint.Server.Access;
using Stillpoint.Server.Tests.Hosting;
using Stillpoint.TestKit;
using Xunit;
using static Microsoft.Playwright.Assertions;

namespace Stillpoint.Portal.Tests.Pages;

/// <summary>What the people who run it do: vault, audit, settings.</summary>
[Collection(PortalCollection.Name)]
[Trait("Needs", Needs.Tools)]
public sealed class RunTests(PortalSite site)
{
    [Fact]
    public async Task Vault_Verified_IsProvenAfterwards()
    {
        await using var visit = await site.VisitAsync();
        await visit.GoAsync("/vault");
        await Expect(visit.Region("Space").GetByText($"{SixtyDays.Points}, of VMs: {SixtyDays.VmsWithPoints}")).ToBeVisibleAsync();
        await visit.Button("Verify now").ClickAsync();
        await Expect(visit.Page.GetByText("Verify vault · done in")).ToBeVisibleAsync();
        await Expect(visit.Region("What was done").GetByText("none found")).ToBeVisibleAsync();
        await visit.Link("Vault").ClickAsync();
        await Expect(visit.Region("Space").Locator("dt:text-is('Packs never proven') + dd")).ToHaveTextAsync("0");
        await visit.Button("Only look what would go").ClickAsync();
        await Expect(visit.Page.GetByText("Collect garbage · done in")).ToBeVisibleAsync();
        await Expect(visit.Region("What was done").GetByText("Would free")).ToBeVisibleAsync();
    }

    [Fact]
    public async Task Audit_OfOneUser_HasWhatWasRefusedToo()
    {
        await using var visit = await site.VisitAsync();
        using var http = site.Host.Browser(site.Host.Token(Role.Reader));
        using var refused = await http.PostAsync(new Uri("/api/v1/jobs/gc", UriKind.Relative), new StringContent("{}", System.Text.Encoding.UTF8, "application/json"));
        Assert.Equal(403, (int)refused.StatusCode);
        await visit.GoAsync("/audit");
        await Expect(visit.Page.GetByText("startGc").First).ToBeVisibleAsync();
        await Expect(visit.Page.GetByText("refused (403)").First).ToBeVisibleAsync();
        await visit.Page.GetByLabel("User").FillAsync("nobody-at-all");
        await visit.Button("Filter").ClickAsync();
        await Expect(visit.Page.GetByText("Nothing fits these filters.")).ToBeVisibleAsync();
    }

    [Fact]
    public async Task Token_Made_IsShownOnceAndCanBeEnded()
    {
        await using var visit = await site.VisitAsync(Role.Operator);
        await visit.GoAsync("/settings");
        var tokens = visit.Region("Tokens for programs");
        await tokens.GetByLabel("Label").FillAsync("nightly report");
        await tokens.GetByRole(AriaRole.Button, new() { Name = "Make token" }).ClickAsync();
        var secret = await tokens.Locator("code").First.InnerTextAsync();
        Assert.StartsWith("spt_", secret, StringComparison.Ordinal);
        using (var http = site.Host.Browser(secret)) Assert.Equal(200, (int)(await http.GetAsync(new Uri("/api/v1/session", UriKind.Relative))).StatusCode);
        await tokens.GetByRole(AriaRole.Button, new() { Name = "End token" }).ClickAsync();
        await visit.Page.GetByRole(AriaRole.Alertdialog).GetByRole(AriaRole.Button, new() { Name = "End token" }).ClickAsync();
        await Expect(visit.Page.GetByText("There is no token.")).ToBeVisibleAsync();
        using (var http = site.Host.Browser(secret)) Assert.Equal(401, (int)(await http.GetAsync(new Uri("/api/v1/session", UriKind.Relative))).StatusCode);
    }

    [Fact]
    public async Task User_AddedChangedAndRemoved_IsSoInTheCatalog()
    {
        await using var visit = await site.VisitAsync();
        await visit.GoAsync("/settings");
        var users = visit.Region("Users");
        await users.GetByLabel("Name", new() { Exact = false }).FillAsync("linus");
        await users.GetByLabel("Password", new() { Exact = false }).FillAsync(ServiceHost.Password);
        await users.GetByLabel("VMs", new() { Exact = false }).FillAsync("web-*, db-001");
        await users.GetByRole(AriaRole.Button, new() { Name = "Add user" }).ClickAsync();
        await users.GetByRole(AriaRole.Button, new() { Name = "Change user linus" }).ClickAsync();
        Assert.Equal(["web-*", "db-001"], site.Host.Access.Users.Find("linus")!.Vms.Patterns);
        await users.GetByLabel("Role").SelectOptionAsync("operator");
        await users.GetByRole(AriaRole.Button, new() { Name = "Save" }).ClickAsync();
        await Expect(users.GetByRole(AriaRole.Row, new() { Name = "linus operator" })).ToBeVisibleAsync();
        await users.GetByRole(AriaRole.Button, new() { Name = "Remove user linus" }).ClickAsync();
        var dialog = visit.Page.GetByRole(AriaRole.Alertdialog);
        await Expect(dialog.GetByRole(AriaRole.Button, new() { Name = "Remove" })).ToBeDisabledAsync();
        await dialog.GetByRole(AriaRole.Textbox).FillAsync("linus");
        await dialog.GetByRole(AriaRole.Button, new() { Name = "Remove" }).ClickAsync();
        await Expect(users.GetByText("linus")).ToHaveCountAsync(0);
        Assert.Null(site.Host.Access.Users.Find("linus"));
    }

    [Fact]
    public async Task PasswordAndSecondFactor_OfOneself_AreChanged()
    {
        PortalSite.Need();
        site.Host.AddUser("edsger", Role.Reader);
        await using var visit = await site.VisitAsync(role: null);
        await visit.GoAsync("/settings");
        await visit.Field("Name").FillAsync("edsger");
        await visit.Field("Password").FillAsync(ServiceHost.Password);
        await visit.Button("Sign in").ClickAsync();
        await visit.SettledAsync();
        await visit.Page.GetByLabel("Present password").FillAsync(ServiceHost.Password);
        await visit.Page.GetByLabel("New password").FillAsync("goto considered harmful");
        await visit.Page.GetByLabel("The password again").FillAsync("goto considered harmful");
        await visit.Button("Change password").ClickAsync();
        await Expect(visit.Page.GetByText("The password is changed.")).ToBeVisibleAsync();
        Assert.True(site.Host.Part<Passwords>().Fits(site.Host.Access.Users.Find("edsger")!.PasswordHash, "goto considered harmful"));

        var factor = visit.Region("Second factor");
        await factor.GetByRole(AriaRole.Button, new() { Name = "Set up a second factor" }).ClickAsync();
        var secret = await factor.Locator("code").InnerTextAsync();
        await factor.GetByLabel("Code").FillAsync(OneTimeCode.At(secret, OneTimeCode.StepOf(site.Host.Clock.GetUtcNow())));
        await factor.GetByRole(AriaRole.Button, new() { Name = "Use this second factor" }).ClickAsync();
        await Expect(factor.GetByText("Signing in takes a code of your authenticator as well.")).ToBeVisibleAsync();
        Assert.Equal(secret, site.Host.Access.Users.Find("edsger")!.SecondFactor);
    }
}
