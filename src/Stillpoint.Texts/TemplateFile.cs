using System.Text.Json;

namespace Stillpoint.Texts;

/// <summary>One of the embedded files of texts: flat, key to template.</summary>
internal static class TemplateFile
{
    /// <summary>The file's templates, in its order.</summary>
    public static Dictionary<string, string> Read(string name, int about)
    {
        using var resource = typeof(TemplateFile).Assembly.GetManifestResourceStream(name)!;
        var bytes = new byte[resource.Length];
        resource.ReadExactly(bytes);
        // Read by hand: the reflection a serializer needs costs a command-line program a noticeable part of its start.
        var reader = new Utf8JsonReader(bytes);
        var templates = new Dictionary<string, string>(about, StringComparer.Ordinal);
        reader.Read();
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            var key = reader.GetString()!;
            reader.Read();
            templates.Add(key, reader.GetString()!);
        }
        return templates;
    }
}
