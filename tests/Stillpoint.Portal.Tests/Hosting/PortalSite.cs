using Microsoft.Playwright;
using Stillpoint.Control;
using Stillpoint.Control.Access;
using Stillpoint.Model;
using Stillpoint.Server.Tests.Hosting;
using Stillpoint.TestKit;
using Xunit;

namespace Stillpoint.Portal.Tests.Hosting;

/// <summary>The service with the built portal and the large data set, and one browser: made once, used by every test in turn.</summary>
public sealed class PortalSite : IAsyncLifetime
{
    /// <summary>Longest wait for something to appear; a test that is well never waits so long.</summary>
    public const float PatienceMs = 20_000;

    private IPlaywright? _playwright;
    private IBrowser? _browser;
    private ServiceHost? _host;

    internal ServiceHost Host => _host!;

    internal static string Folder => Repository.PathOf("artifacts", "portal");

    private static bool IsBuilt => File.Exists(Path.Combine(Folder, "index.html"));

    /// <summary>Before anything is asked of the service: without a browser, or a portal, there is none.</summary>
    internal static void Need()
    {
        Needs.Programs("chromium");
        Assert.SkipUnless(IsBuilt, "needs the built portal (eng/build-portal, which needs npm)");
    }

    public async ValueTask InitializeAsync()
    {
        if (Tool.Find("chromium") is not { } chromium || !IsBuilt) return;
        var now = TimeProvider.System.GetUtcNow();
        _host = await ServiceHost.StartAsync(h =>
        {
            h.Portal = Folder;
            h.Hypervisor = ManyVms.Host;
            SixtyDays.FillCatalog(h.Data, h.VaultFolder, now);
        });
        await SixtyDays.FillVaultAsync(_host.VaultFolder, now);
        await _host.Part<StillpointControl>().AlertWatch.LookAsync(_host.VaultFolder, _ => "", _ => { }, CancellationToken.None);
        foreach (var role in Enum.GetValues<Role>()) _host.AddUser(role.ToText(), role);
        _playwright = await Playwright.CreateAsync();
        _browser = await _playwright.Chromium.LaunchAsync(new() { ExecutablePath = chromium, Args = ["--no-sandbox"] });
        Assertions.SetDefaultExpectTimeout(PatienceMs);
    }

    public async ValueTask DisposeAsync()
    {
        if (_browser is not null) await _browser.DisposeAsync();
        _playwright?.Dispose();
        if (_host is not null) await _host.DisposeAsync();
    }

    /// <summary>A browser of its own, as a user of that role; null: not signed in.</summary>
    internal async Task<Visit> VisitAsync(
        Role? role = Role.Admin, string language = "en", bool dark = false, int width = 1280, int height = 900, ServiceHost? host = null)
    {
        Need();
        host ??= Host;
        var context = await _browser!.NewContextAsync(new()
        {
            IgnoreHTTPSErrors = true, Locale = language, TimezoneId = "Europe/Amsterdam", ViewportSize = new() { Width = width, Height = height },
            ColorScheme = dark ? ColorScheme.Dark : ColorScheme.Light, ReducedMotion = ReducedMotion.Reduce, BaseURL = host.Address.ToString(),
        });
        if (role is { } wanted)
        {
            var secret = host.Access.Keys.Add(new(
                Ulid.New(host.Clock).ToString(), KeyKind.Session, wanted.ToText(), "", wanted, VmScope.All, new string('c', 32), host.Clock.GetUtcNow(),
                host.Clock.GetUtcNow().AddHours(2), null));
            await context.AddCookiesAsync([new() { Name = "stillpoint-session", Value = secret, Url = host.Address.ToString(), Secure = true, HttpOnly = true }]);
        }
        return await Visit.BeginAsync(context, host.Address);
    }
}

[CollectionDefinition(Name)]
public sealed class PortalCollection : ICollectionFixture<PortalSite>
{
    public const string Name = "portal";
}
