using Microsoft.Playwright;
using Stillpoint.Portal.Tests.Hosting;
using Stillpoint.TestKit;
using Xunit;

namespace Stillpoint.Portal.Tests.Everywhere;

/// <summary>Takes the pictures of docs/portal.md: run by hand when pages change, and looked at.</summary>
[Collection(PortalCollection.Name)]
[Trait("Needs", Needs.Tools)]
public sealed class Pictures(PortalSite site)
{
    /// <summary>The page, whether dark, the language.</summary>
    private static readonly (string Page, bool Dark, string Language)[] Wanted =
    [
        ("overview", false, "en"), ("overview", true, "nl"), ("vms", false, "zh-Hans"), ("vm", true, "en"), ("jobs", false, "pt-BR"), ("job", false, "en"), ("job", true, "fr"),
        ("alerts", true, "nl"), ("policies", false, "en"), ("policy", false, "fr"), ("plan", false, "en"), ("restore", false, "en"), ("restore-target", false, "en"), ("doctor", true, "en"), ("vault", false, "nl"), ("settings", true, "pt-BR"),
    ];

    [Fact(Explicit = true)]
    public async Task Pages_OfTheTour_ArePhotographed()
    {
        var pages = await PageList.AllAsync(site);
        var folder = Environment.GetEnvironmentVariable("STILLPOINT_PICTURES") ?? Repository.PathOf("docs", "portal");
        Directory.CreateDirectory(folder);
        var all = Environment.GetEnvironmentVariable("STILLPOINT_PICTURES") is not null;
        var wanted = all ? pages.SelectMany(p => new[] { (p.Name, false, "en"), (p.Name, true, "en") }).Concat(Wanted) : Wanted;
        foreach (var (page, dark, language) in wanted.Distinct())
        {
            await using var visit = await site.VisitAsync(language: PageList.Tag(language), dark: dark, width: 1100, height: 760);
            await visit.GoAsync(pages.Single(p => p.Name == page).Path);
            await visit.Page.ScreenshotAsync(new() { Path = Path.Combine(folder, $"{page}-{(dark ? "dark" : "light")}-{language}.png"), Animations = ScreenshotAnimations.Disabled });
        }
    }
}
