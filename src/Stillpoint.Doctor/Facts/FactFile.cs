using System.Globalization;
using System.Text.Encodings.Web;
using System.Text.Json;
using Stillpoint.Model;

namespace Stillpoint.Doctor;

/// <summary>Facts as a JSON document. The same facts give the same diagnosis wherever and whenever it is read again.</summary>
public static class FactFile
{
    private const string Format = "stillpoint-facts";
    private const int Version = 1;

    /// <summary>A fact file of a bundle is a few MB at most; more than this is none.</summary>
    private const long LargestBytes = 256L << 20;

    public static void Write(Stream to, IEnumerable<Fact> facts)
    {
        using var json = new Utf8JsonWriter(to, new JsonWriterOptions { Indented = true, Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping });
        json.WriteStartObject();
        json.WriteString("format", Format);
        json.WriteNumber("version", Version);
        json.WriteStartArray("facts");
        foreach (var fact in facts)
        {
            json.WriteStartObject();
            json.WriteString("name", fact.Name);
            json.WriteString("value", fact.Value);
            json.WriteString("source", fact.Source);
            if (fact.Time != default) json.WriteString("time", fact.Time.ToUniversalTime().ToString("O", CultureInfo.InvariantCulture));
            json.WriteEndObject();
        }
        json.WriteEndArray();
        json.WriteEndObject();
    }

    /// <exception cref="FailureException">FactsUnreadable.</exception>
    public static IReadOnlyList<Fact> Read(string path)
    {
        try
        {
            using var file = File.OpenRead(path);
            if (file.Length > LargestBytes) throw Unreadable(path, $"{file.Length} bytes");
            using var document = JsonDocument.Parse(file);
            return Read(document.RootElement) ?? throw Unreadable(path, $"not \"format\": \"{Format}\", \"version\": {Version}");
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or JsonException or InvalidOperationException or KeyNotFoundException or FormatException)
        {
            throw Unreadable(path, e.Message);
        }
    }

    private static List<Fact>? Read(JsonElement root)
    {
        if (root.GetProperty("format").GetString() != Format || root.GetProperty("version").GetInt32() != Version) return null;
        var facts = new List<Fact>();
        foreach (var fact in root.GetProperty("facts").EnumerateArray())
        {
            facts.Add(new(
                fact.GetProperty("name").GetString() ?? "", fact.GetProperty("value").GetString() ?? "", fact.GetProperty("source").GetString() ?? "",
                fact.TryGetProperty("time", out var time) ? time.GetDateTimeOffset() : default));
        }
        return facts;
    }

    private static FailureException Unreadable(string path, string why) =>
        new(Failure.Of(FailureCode.FactsUnreadable, Stage.Input, ("path", path)).With(new(path, why)));
}
