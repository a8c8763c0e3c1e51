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
    private static readonly Lazy<string> Axe = new(() => File.ReadAllText(Repository.PathOf("portal", "node_modules", "axe-core", "axe.min.js")) + ";0");

    /// <summary>Each language and each width once, light and dark; axe in light, in dark and where it is narrow.</summary>
    [Theory]
    [InlineData("en", false, 1280, true)]
    [InlineData("nl", true, 1280, true)]
    [InlineData("zh-Hans", false, 1100, false)]
    [InlineData("pt-BR", true, 1100, false)]
    [InlineData("fr", false, 380, true)]
    public async Task Pages_InEachLanguage_AreWholeAndForEverybody(string language, bool dark, int width, bool axe)
    {
        var found = new List<string>();
        var texts = Texts.PortalTexts.Of(language);
        await using var visit = await site.VisitAsync(language: PageList.Tag(language), dark: dark, width: width);
        foreach (var (name, path) in await PageList.AllAsync(site))
        {
            // Every page has an address that can be opened; once will do to see it.
            await (language == "en" || name == "overview" ? visit.GoAsync(path) : visit.FollowAsync(path));
            found.AddRange((await FaultsAsync(visit.Page, language, texts, "page.settings", axe)).Select(f => $"{name}: {f}"));
        }
        await using var door = await site.VisitAsync(role: null, language: PageList.Tag(language), dark: dark, width: width);
        await door.GoAsync("/");
        found.AddRange((await FaultsAsync(door.Page, language, texts, "sign-in.title", axe)).Select(f => $"sign-in: {f}"));
        await door.FollowAsync("/set-up");
        found.AddRange((await FaultsAsync(door.Page, language, texts, "set-up.title", axe)).Select(f => $"set-up: {f}"));
        Assert.Empty(found);
    }

    [Theory]
    [InlineData(Role.Reader)]
    [InlineData(Role.Operator)]
    [InlineData(Role.Admin)]
    public async Task Navigation_OfARole_LeadsOnlyWhereItMayGo(Role role)
    {
        await using var visit = await site.VisitAsync(role);
        await visit.GoAsync("/");
        var links = await visit.Page.Locator("nav a").EvaluateAllAsync<string[]>("links => links.map(a => a.getAttribute('href'))");
        Assert.Equal(role switch
        {
            Role.Reader => ["/", "/vms", "/jobs", "/alerts", "/policies", "/plan", "/doctor", "/vault", "/settings"],
            Role.Operator => ["/", "/vms", "/jobs", "/alerts", "/policies", "/plan", "/restore", "/doctor", "/vault", "/settings"],
            _ => new[] { "/", "/vms", "/jobs", "/alerts", "/policies", "/plan", "/restore", "/doctor", "/vault", "/audit", "/settings" },
        }, links);
        foreach (var link in links)
        {
            await visit.Page.Locator($"nav a[href='{link}']").ClickAsync();
            await visit.SettledAsync();
            Assert.Equal(link, new Uri(visit.Page.Url).AbsolutePath);
            await Assertions.Expect(visit.Page.Locator(".fui-MessageBar")).ToHaveCountAsync(0);
        }
        // What looks alike is taken for the same.
        var signs = await visit.Page.Locator("nav a svg").EvaluateAllAsync<string[]>("signs => signs.map(s => s.innerHTML)");
        Assert.Equal((links.Length, links.Length), (signs.Length, signs.Distinct().Count()));
    }

    private static async Task<List<string>> FaultsAsync(IPage page, string language, IReadOnlyDictionary<string, string> texts, string mustHave, bool axe)
    {
        var shown = await page.Locator("body").InnerTextAsync();
        // A key without a text would be shown as itself.
        List<string> found = [.. KeyLike().Matches(shown).Where(m => texts.ContainsKey(m.Value)).Select(m => "no text for " + m.Value)];
        if (!shown.Contains(texts[mustHave], StringComparison.Ordinal)) found.Add($"not in {language}");
        found.AddRange(await page.EvaluateAsync<string[]>(Layout, language));
        if (axe) found.AddRange(await SeriousAsync(page));
        return found;
    }

    /// <summary>Nothing is wider than the window; where there is room, no cell is cut off and no name is broken.</summary>
    private const string Layout = """
        language => {
          const faults = [], page = document.documentElement;
          if (page.lang !== language) faults.push(`lang ${page.lang}`);
          const out = [...document.querySelectorAll('body *')].filter(e => e.getBoundingClientRect().right > innerWidth && !e.closest('.long, .scrolls')).at(-1);
          if (page.scrollWidth > innerWidth) faults.push(`scrolls sideways: ${page.scrollWidth}, ${out?.className} ${out?.textContent}`);
          if (innerWidth < 900) return faults;
          for (const cell of document.querySelectorAll('.long .cell')) if (cell.scrollWidth > cell.clientWidth) faults.push(`cut off: ${cell.textContent}`);
          for (const cell of document.querySelectorAll('.table .name, .table .code')) {
            const text = document.createRange();
            text.selectNodeContents(cell);
            if (text.getBoundingClientRect().height > 30) faults.push(`broken: ${cell.textContent}`);
          }
          return faults;
        }
        """;

    /// <summary>
    /// What axe finds serious or critical. Left out is one rule at one kind of element: "hidden from readers, yet takes the focus" at Fluent UI's marks around
    /// what is opened over the page. They are hidden because they have nothing to say, and pass the focus on in the moment they get it, so nobody stands on
    /// one: RestoreTests goes through the wizard by Tab and fails if the focus ever rests there. Every other rule looks at them too.
    /// </summary>
    private static async Task<IReadOnlyList<string>> SeriousAsync(IPage page)
    {
        await page.EvaluateAsync(Axe.Value);
        var result = await page.EvaluateAsync<JsonElement>("axe.run({ resultTypes: ['violations'] })");
        return [.. from rule in result.GetProperty("violations").EnumerateArray()
                   where rule.GetProperty("impact").GetString() is "serious" or "critical"
                   let id = rule.GetProperty("id").GetString()
                   from node in rule.GetProperty("nodes").EnumerateArray()
                   let html = node.GetProperty("html").GetString()!
                   where id != "aria-hidden-focus" || !html.Contains("data-tabster-dummy", StringComparison.Ordinal)
                   select $"{id} {html} {node.GetProperty("failureSummary").GetString()}"];
    }

    [GeneratedRegex(@"\b[a-z]+(-[a-z]+)?\.[a-z-]+\b")]
    private static partial Regex KeyLike();
}
