using System.Text.Json;
using System.Text.Json.Nodes;
using Stillpoint.Fabric.Reports;

namespace Stillpoint.Fabric.Wire;

/// <summary>
/// Port 32526, the agent's second channel. `vmSettings` is 404 on purpose: an agent takes that for "not supported" and goes on by port 80, whereas no answer at
/// all makes agents of Debian 12 fail (their error path does not run on Python 3.11).
/// </summary>
internal sealed class HostPlugin(WireServer wire)
{
    private const string ArtifactHeader = "x-ms-artifact-location";

    public Task AnswerAsync(GuestRequest request) => (request.Method, request.Path) switch
    {
        ("GET", "/versions") => request.Context.JsonAsync(new JsonArray("2015-09-01")),
        ("GET", "/health") => request.Context.Empty(200),
        ("PUT", "/status") => StatusAsync(request),
        ("GET", "/extensionArtifact") => ArtifactAsync(request),
        _ => request.Context.Empty(404),
    };

    /// <summary>A URL that is fetched for the guest: ours only, so that nobody reaches other servers through the host.</summary>
    private Task ArtifactAsync(GuestRequest request)
    {
        var text = request.Context.Request.Headers[ArtifactHeader].ToString();
        return Uri.TryCreate(text, UriKind.Absolute, out var uri) && uri.Scheme == Uri.UriSchemeHttp && uri.Host == new Uri(request.RootAt(80)).Host
            ? wire.ArtifactAsync(request, uri.AbsolutePath)
            : request.Context.Empty(404);
    }

    /// <summary>The status lies in the request as base64, beside the URL it is meant for.</summary>
    private static async Task StatusAsync(GuestRequest request)
    {
        var status = Content(await request.Context.BodyAsync());
        await request.Context.Empty(status is not null && request.Contact.Reported(StatusReader.Read(status)) ? 200 : 400);
    }

    private static byte[]? Content(byte[] body)
    {
        try
        {
            using var document = JsonDocument.Parse(body);
            return document.RootElement.ValueKind == JsonValueKind.Object && document.RootElement.TryGetProperty("content", out var content)
                && content.ValueKind == JsonValueKind.String && content.TryGetBytesFromBase64(out var status) ? status : null;
        }
        catch (JsonException)
        {
            return null;
        }
    }
}
