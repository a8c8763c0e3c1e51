using System.Text;
using System.Text.Json.Nodes;
using System.Xml.Linq;

namespace Stillpoint.Fabric.Wire;

/// <summary>How an answer is written: its length always said, no declaration that would name another encoding than the bytes have.</summary>
internal static class Answers
{
    public static Task XmlAsync(this HttpContext context, XElement document) =>
        WriteAsync(context, "text/xml; charset=utf-8", Encoding.UTF8.GetBytes(document.ToString(SaveOptions.DisableFormatting)));

    public static Task JsonAsync(this HttpContext context, JsonNode document) =>
        WriteAsync(context, "application/json; charset=utf-8", Encoding.UTF8.GetBytes(document.ToJsonString()));

    public static Task Empty(this HttpContext context, int status)
    {
        context.Response.StatusCode = status;
        context.Response.ContentLength = 0;
        return Task.CompletedTask;
    }

    /// <summary>The whole body. Kestrel ends a request whose body is too long (413) or comes too slowly (408).</summary>
    public static async Task<byte[]> BodyAsync(this HttpContext context)
    {
        using var body = new MemoryStream();
        await context.Request.Body.CopyToAsync(body, context.RequestAborted);
        return body.ToArray();
    }

    private static async Task WriteAsync(HttpContext context, string type, byte[] content)
    {
        context.Response.ContentType = type;
        context.Response.ContentLength = content.Length;
        await context.Response.Body.WriteAsync(content, context.RequestAborted);
    }
}
