using System.Net;
using System.Net.Http.Headers;
using System.Text.RegularExpressions;
using Stillpoint.Portal.Tests.Hosting;
using Stillpoint.Server.Tests.Hosting;
using Stillpoint.TestKit;
using Xunit;

namespace Stillpoint.Portal.Tests.Files;

/// <summary>What the service sends of the portal, and how.</summary>
[Collection(PortalCollection.Name)]
[Trait("Needs", Needs.Tools)]
public sealed partial class PortalFileTests(PortalSite site)
{
    private const int FirstLoadMost = 450 * 1024;

    [Theory]
    [InlineData("/")]
    [InlineData("/vms/some-vm")]
    [InlineData("/no/such/page.html")]
    public async Task Address_OfAPage_IsTheIndexWithAStrictPolicy(string path)
    {
        PortalSite.Need();
        using var http = site.Host.Browser();
        using var answer = await http.GetAsync(new Uri(path, UriKind.Relative));
        Assert.Equal((HttpStatusCode.OK, "text/html"), (answer.StatusCode, answer.Content.Headers.ContentType?.MediaType));
        Assert.Contains("<div id=\"root\">", await answer.Content.ReadAsStringAsync(), StringComparison.Ordinal);
        Assert.Equal("no-cache", answer.Headers.CacheControl?.ToString());
        Assert.Equal("nosniff", answer.Headers.GetValues("X-Content-Type-Options").Single());
        var policy = answer.Headers.GetValues("Content-Security-Policy").Single();
        Assert.StartsWith("default-src 'none'; script-src 'self';", policy, StringComparison.Ordinal);
        Assert.DoesNotContain("unsafe", policy, StringComparison.Ordinal);
        Assert.DoesNotContain("http", policy, StringComparison.Ordinal);
        using var again = new HttpRequestMessage(HttpMethod.Get, path);
        again.Headers.IfNoneMatch.Add(answer.Headers.ETag!);
        using var same = await http.SendAsync(again);
        Assert.Equal(HttpStatusCode.NotModified, same.StatusCode);
    }

    [Fact]
    public async Task Assets_WithHashedNames_AreKeptForeverAndCompressed()
    {
        PortalSite.Need();
        using var http = site.Host.Browser();
        var index = await http.GetStringAsync(new Uri("/", UriKind.Relative));
        var script = Script().Match(index).Groups[1].Value;
        using var plain = await http.GetAsync(new Uri(script, UriKind.Relative));
        Assert.Equal("public, max-age=31536000, immutable", plain.Headers.GetValues("Cache-Control").Single());
        Assert.Equal("text/javascript", plain.Content.Headers.ContentType?.MediaType);
        using var request = new HttpRequestMessage(HttpMethod.Get, script);
        request.Headers.AcceptEncoding.Add(new StringWithQualityHeaderValue("br"));
        using var small = await http.SendAsync(request);
        Assert.Equal("br", small.Content.Headers.ContentEncoding.Single());
        using var unpacked = new System.IO.Compression.BrotliStream(await small.Content.ReadAsStreamAsync(), System.IO.Compression.CompressionMode.Decompress);
        using var whole = new MemoryStream();
        await unpacked.CopyToAsync(whole);
        Assert.Equal(await plain.Content.ReadAsByteArrayAsync(), whole.ToArray());
        using var missing = await http.GetAsync(new Uri("/assets/gone-12345678.js", UriKind.Relative));
        Assert.Equal(HttpStatusCode.NotFound, missing.StatusCode);
    }

    [Fact]
    public async Task FirstLoad_OfTheOverview_TakesLittleScript()
    {
        await using var visit = await site.VisitAsync();
        var scripts = new List<string>();
        visit.Page.Response += (_, response) =>
        {
            if (response.Url.EndsWith(".js", StringComparison.Ordinal)) lock (scripts) scripts.Add(new Uri(response.Url).AbsolutePath);
        };
        await visit.GoAsync("/");
        var bytes = scripts.Distinct().Sum(s => new FileInfo(PortalSite.Folder + s + ".br").Length);
        TestContext.Current.SendDiagnosticMessage($"first load: {scripts.Count} scripts, {bytes} bytes compressed");
        Assert.InRange(bytes, 50 * 1024, FirstLoadMost);
    }

    [Fact]
    public async Task Interface_UnderAnUnknownAddress_IsStillAProblemAndNotThePortal()
    {
        PortalSite.Need();
        using var http = site.Host.Browser();
        foreach (var path in new[] { "/api/v1/nothing", "/api", "/health/nothing", "/metrics/x" })
        {
            using var answer = await http.GetAsync(new Uri(path, UriKind.Relative));
            Assert.Equal((HttpStatusCode.NotFound, "application/problem+json"), (answer.StatusCode, answer.Content.Headers.ContentType?.MediaType));
        }
        using var posted = await http.PostAsync(new Uri("/", UriKind.Relative), new StringContent(""));
        Assert.Equal(HttpStatusCode.NotFound, posted.StatusCode);
    }

    [Fact]
    public async Task Root_WithoutABuiltPortal_SaysSoInTheReadersLanguage()
    {
        await using var bare = await ServiceHost.StartBareAsync();
        using var http = bare.Browser();
        http.DefaultRequestHeaders.AcceptLanguage.Add(new("nl"));
        using var answer = await http.GetAsync(new Uri("/", UriKind.Relative));
        Assert.Equal((HttpStatusCode.NotFound, "text/plain"), (answer.StatusCode, answer.Content.Headers.ContentType?.MediaType));
        var text = await answer.Content.ReadAsStringAsync();
        Assert.StartsWith("Het portaal is niet", text, StringComparison.Ordinal);
        Assert.Contains("eng/build-portal", text, StringComparison.Ordinal);
    }

    [GeneratedRegex("src=\"(/assets/[^\"]+\\.js)\"")]
    private static partial Regex Script();
}
