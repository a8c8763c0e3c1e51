using System.Text.Encodings.Web;
using System.Text.Json;

namespace Stillpoint.Cli.Output;

internal static class JsonDocuments
{
    /// <summary>Messages in five languages stay readable: the output is a document of its own, never part of a web page.</summary>
    public static readonly Shapes Shapes = new(new JsonSerializerOptions
    {
        PropertyNamingPolicy = JsonNamingPolicy.CamelCase,
        WriteIndented = true,
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    });
}
