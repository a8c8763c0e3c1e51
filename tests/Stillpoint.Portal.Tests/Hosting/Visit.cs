using Microsoft.Playwright;
using Xunit;
using static Microsoft.Playwright.Assertions;

namespace Stillpoint.Portal.Tests.Hosting;

/// <summary>A page in the browser that watches itself: at its end nothing was asked of another host, no rule of the policy was broken, no script failed.</summary>
internal sealed class Visit : IAsyncDisposable
{
    private readonly IBrowserContext _context;
    private readonly List<string> _complaints = [];

    private Visit(IBrowserContext context, IPage page)
    {
        _context = context;
        Page = page;
    }

    public IPage Page { get; }

    public IBrowserContext Context => _context;

    public static async Task<Visit> BeginAsync(IBrowserContext context, Uri address)
    {
        context.SetDefaultTimeout(PortalSite.PatienceMs);
        await context.AddInitScriptAsync("document.addEventListener('securitypolicyviolation', e => console.error('policy: ' + e.violatedDirective + ' ' + e.blockedURI))");
        var visit = new Visit(context, await context.NewPageAsync());
        visit.Page.Request += (_, request) =>
        {
            if (new Uri(request.Url) is { Scheme: "http" or "https" } url && url.Authority != address.Authority) visit.Complain("asked " + request.Url);
        };
        visit.Page.PageError += (_, error) => visit.Complain("script: " + error);
        visit.Page.Console += (_, message) =>
        {
            // An answer of 401 or 404 is logged by the browser; what it means is on the page.
            if (message.Type == "error" && !message.Text.StartsWith("Failed to load resource", StringComparison.Ordinal)) visit.Complain(message.Text);
        };
        return visit;
    }

    public ILocator Text(string text) => Page.GetByText(text, new() { Exact = false }).First;

    public ILocator Button(string name) => Page.GetByRole(AriaRole.Button, new() { Name = name, Exact = true });

    public ILocator Link(string name) => Page.GetByRole(AriaRole.Link, new() { Name = name, Exact = true });

    public ILocator Field(string label) => Page.GetByLabel(label, new() { Exact = false }).First;

    public ILocator Heading(string name) => Page.GetByRole(AriaRole.Heading, new() { Name = name, Exact = true });

    public ILocator Region(string name) => Page.GetByRole(AriaRole.Region, new() { Name = name, Exact = true });

    /// <summary>Opens the address and waits until the page has what it asked for.</summary>
    public async Task GoAsync(string path)
    {
        await Page.GotoAsync(path);
        await SettledAsync();
    }

    /// <summary>As a link in the page leads there: nothing is loaded anew.</summary>
    public async Task FollowAsync(string path)
    {
        await Page.EvaluateAsync("to => { history.pushState(null, '', to); dispatchEvent(new PopStateEvent('popstate')) }", path);
        await SettledAsync();
    }

    public async Task SettledAsync()
    {
        await Expect(Page.Locator("h1").First).ToBeVisibleAsync();
        await Expect(Page.Locator(".loading")).ToHaveCountAsync(0);
    }

    public void Forgive() => _complaints.Clear();

    public async ValueTask DisposeAsync()
    {
        await _context.DisposeAsync();
        lock (_complaints) Assert.Empty(_complaints);
    }

    private void Complain(string text)
    {
        lock (_complaints) _complaints.Add(text);
    }
}
