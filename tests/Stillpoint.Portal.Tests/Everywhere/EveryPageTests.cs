using System.Text.Json;
using System.Text.RegularExpressions;
using Microsoft.Playwright;
using Stillpoint.Control.Access;
using Stillpoint.Portal.Tests.Hosting;
using Stillpoint.TestKit;
using Xunit;

namespace Stillpoint.Portal.Tests.Everywhere;

/// <summary>What must hold on each page.</summary>
[Collection(PortalCollection.Name)]
[Trait("Needs", Needs.Tools)]
public sealed partial class EveryPageTests(PortalSite site)
{
    /// <summary>axe-core, as npm installed it; run by the test, not part of the portal.</summary>
    private static string Axe => File.ReadAllText(Repository.PathOf("portal", "node_modules", "axe-core", "axe.min.js"));

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Axe_OnEachPageInLightAndDark_FindsNothingSerious(bool dark)
    {
        await using var visit = await site.VisitAsync(dark: dark);
        var found = new List<string>();
        foreach (var (name, path) in await PageList.AllAsync(site))
        {
            await visit.GoAsync(path);
            found.AddRange((await SeriousAsync(visit.Page)).Select(f => $"{name}: {f}"));
        }
        await using var door = await site.VisitAsync(role: null, dark: dark);
        foreach (var path in new[] { "/", "/set-up" })
        {
            await door.GoAsync(path);
            found.AddRange((await SeriousAsync(door.Page)).Select(f => $"door {path}: {f}"));
        }
        Assert.Empty(found);
    }

    [Fact]
    public async Task Width_Of380_NeedsNoScrollingSideways()
    {
        await using var visit = await site.VisitAsync(width: 380, height: 800);
        var wide = new List<string>();
        foreach (var (name, path) in await PageList.AllAsync(site))
        {
            await visit.GoAsync(path);
            var width = await visit.Page.EvaluateAsync<int>("document.documentElement.scrollWidth");
            if (width > 380) wide.Add($"{name}: {width}");
        }
        await using var door = await site.VisitAsync(role: null, width: 380);
        await door.GoAsync("/set-up");
        Assert.True(await door.Page.EvaluateAsync<int>("document.documentElement.scrollWidth") <= 380);
        Assert.Empty(wide);
    }

    [Theory, MemberData(nameof(PageList.Languages), MemberType = typeof(PageList))]
    public async Task Words_OnEachPage_AreOfTheBrowsersLanguage(string language)
    {
        await using var visit = await site.VisitAsync(language: PageList.Tag(language));
        var texts = Texts.PortalTexts.Of(language);
        foreach (var (name, path) in await PageList.AllAsync(site))
        {
            await visit.GoAsync(path);
            Assert.Equal(language, await visit.Page.EvaluateAsync<string>("document.documentElement.lang"));
            var shown = await visit.Page.Locator("body").InnerTextAsync();
            Assert.Contains(texts["page.settings"], shown, StringComparison.Ordinal);
            // A key without a text would be shown as itself.
            Assert.All(KeyLike().Matches(shown), m => Assert.False(texts.ContainsKey(m.Value), $"{name}: {m.Value}"));
        }
    }

    [Theory]
    [InlineData(Role.Reader)]
    [InlineData(Role.Operator)]
    public async Task Navigation_OfALesserRole_LeadsOnlyWhereItMayGo(Role role)
    {
        await using var visit = await site.VisitAsync(role);
        await visit.GoAsync("/");
        var links = await visit.Page.Locator("nav a").EvaluateAllAsync<string[]>("links => links.map(a => a.getAttribute('href'))");
        Assert.Equal(role == Role.Reader ? ["/", "/vms", "/jobs", "/doctor", "/vault", "/settings"] : ["/", "/vms", "/jobs", "/restore", "/doctor", "/vault", "/settings"], links);
        foreach (var link in links)
        {
            await visit.GoAsync(link);
            await Assertions.Expect(visit.Page.Locator(".fui-MessageBar")).ToHaveCountAsync(0);
        }
    }

    private static async Task<IReadOnlyList<string>> SeriousAsync(IPage page)
    {
        await page.EvaluateAsync(Axe + ";0");
        // Left out: Fluent UI's marks around a dialog, hidden from readers, that pass the focus on as soon as they have it.
        var result = await page.EvaluateAsync<JsonElement>("axe.run({ exclude: ['[data-tabster-dummy]'] }, { resultTypes: ['violations'] })");
        return [.. result.GetProperty("violations").EnumerateArray().Where(v => v.GetProperty("impact").GetString() is "serious" or "critical")
            .Select(v => v.GetProperty("id").GetString() + " " + v.GetProperty("nodes")[0].GetProperty("html").GetString() + " " + v.GetProperty("nodes")[0].GetProperty("failureSummary").GetString())];
    }

    [GeneratedRegex(@"\b[a-z]+(-[a-z]+)?\.[a-z-]+\b")]
    private static partial Regex KeyLike();
}
