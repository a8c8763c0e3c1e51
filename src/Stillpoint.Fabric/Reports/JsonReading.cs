using System.Globalization;
using System.Text.Json;

namespace Stillpoint.Fabric.Reports;

/// <summary>Reads what a guest sent: whatever is missing or of another kind is null, whatever is long is cut. Nothing throws.</summary>
internal static class JsonReading
{
    public const int MostText = 4096;

    public static JsonElement? Of(this JsonElement element, string name) =>
        element.ValueKind == JsonValueKind.Object && element.TryGetProperty(name, out var value) ? value : null;

    public static JsonElement? Of(this JsonElement? element, string name) => element is { } value ? value.Of(name) : null;

    public static string? Text(this JsonElement? element, int most = MostText) =>
        element is { ValueKind: JsonValueKind.String } value ? Cut(value.GetString()!, most) : null;

    public static long? Number(this JsonElement? element) => element switch
    {
        { ValueKind: JsonValueKind.Number } value when value.TryGetInt64(out var number) => number,
        { ValueKind: JsonValueKind.String } value when long.TryParse(value.GetString(), NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var number) => number,
        _ => null,
    };

    public static DateTimeOffset? Time(this JsonElement? element) =>
        element is { ValueKind: JsonValueKind.String } value && DateTimeOffset.TryParse(
            value.GetString(), CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal | DateTimeStyles.AdjustToUniversal, out var time) ? time : null;

    /// <summary>An array's elements, at most so many; nothing for anything else.</summary>
    public static IEnumerable<JsonElement> Elements(this JsonElement? element, int most) =>
        element is { ValueKind: JsonValueKind.Array } value ? value.EnumerateArray().Take(most) : [];

    public static string Cut(string text, int most = MostText) => text.Length <= most ? text : text[..most];

    public static T? Read<T>(byte[] body, Func<JsonElement, T?> read) where T : class
    {
        try
        {
            using var document = JsonDocument.Parse(body);
            return read(document.RootElement);
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException)
        {
            // The second: text that is no Unicode.
            return null;
        }
    }
}
