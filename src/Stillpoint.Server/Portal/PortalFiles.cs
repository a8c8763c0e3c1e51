using Microsoft.AspNetCore.Http.Headers;
using Microsoft.Net.Http.Headers;
using Stillpoint.Model;
using Stillpoint.Server.Hosting;
using Stillpoint.Server.Http;

namespace Stillpoint.Server.Portal;

/// <summary>
/// Answers what a browser asks for beside the interface: a file of the portal, or its page for every other address, which is the page's own business.
/// Nobody is signed in for that: the files hold nothing but the program.
/// </summary>
internal sealed class PortalFiles(RequestDelegate next, ServerParts parts, Words words)
{
    /// <summary>
    /// Nothing from anywhere else, no script in the page. The one hash is that of an empty style element: the styles of the components are put in by rules,
    /// not by text (ADR 0018).
    /// </summary>
    private const string Policy =
        "default-src 'none'; script-src 'self'; style-src 'self' 'sha256-47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU='; img-src 'self'; font-src 'self'; " +
        "connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

    /// <summary>Their names have a hash of their content: another content has another name.</summary>
    private const string Assets = "/assets/";

    private readonly BuiltPortal? _portal = BuiltPortal.Read(parts.Portal);

    public Task InvokeAsync(HttpContext context)
    {
        var path = context.Request.Path;
        if (!HttpMethods.IsGet(context.Request.Method) && !HttpMethods.IsHead(context.Request.Method) || IsInterface(path)) return next(context);
        if (_portal is null) return path == "/" ? TellNotBuiltAsync(context) : next(context);
        var asset = path.Value!.StartsWith(Assets, StringComparison.Ordinal);
        // A missing asset is missing: the page in its place would be run as a script.
        return (_portal.Find(path.Value!) ?? (asset ? null : _portal.Index)) is { } file ? SendAsync(context, file, asset) : next(context);
    }

    private static bool IsInterface(PathString path) =>
        path.StartsWithSegments("/api") || path.StartsWithSegments("/health") || path.StartsWithSegments("/metrics");

    private static Task SendAsync(HttpContext context, PortalFile file, bool asset)
    {
        var headers = context.Response.Headers;
        headers.ContentSecurityPolicy = Policy;
        headers.CacheControl = asset ? "public, max-age=31536000, immutable" : "no-cache";
        headers.ETag = file.Tag;
        headers.Vary = "Accept-Encoding";
        if (new RequestHeaders(context.Request.Headers).IfNoneMatch.Any(t => t.Tag == file.Tag || t.Tag == "*"))
        {
            context.Response.StatusCode = StatusCodes.Status304NotModified;
            return Task.CompletedTask;
        }
        var bytes = file.Bytes;
        if (file.Compressed is { } compressed && TakesBrotli(context.Request))
        {
            bytes = compressed;
            headers.ContentEncoding = "br";
        }
        context.Response.ContentType = file.Type;
        context.Response.ContentLength = bytes.Length;
        return HttpMethods.IsHead(context.Request.Method) ? Task.CompletedTask : context.Response.Body.WriteAsync(bytes, context.RequestAborted).AsTask();
    }

    private static bool TakesBrotli(HttpRequest request) =>
        new RequestHeaders(request.Headers).AcceptEncoding.Any(e => e.Value.Equals("br", StringComparison.OrdinalIgnoreCase) && e.Quality is not 0);

    private Task TellNotBuiltAsync(HttpContext context)
    {
        context.Response.StatusCode = StatusCodes.Status404NotFound;
        context.Response.ContentType = "text/plain; charset=utf-8";
        context.Response.Headers.ContentLanguage = Words.LanguageOf(context).Tag;
        return context.Response.WriteAsync(
            words.Texts(context).Failure(Failure.Of(FailureCode.PortalNotBuilt, Stage.Input)) + "\n", context.RequestAborted);
    }
}
