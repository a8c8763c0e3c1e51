using System.Globalization;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;
using System.Text.Json.Serialization.Metadata;
using Stillpoint.Model;

namespace Stillpoint.Control.Protection;

/// <summary>Records as people may also write them: camel case, words in kebab case, times <c>[d.]hh:mm:ss</c>, schedules one line each; unknown members are refused.</summary>
internal static class StoredJson
{
    // By reflection: generated code would not give a member that is left out its default.
    private static readonly JsonSerializerOptions Options = new()
    {
        TypeInfoResolver = new DefaultJsonTypeInfoResolver(),
        PropertyNamingPolicy = JsonNamingPolicy.CamelCase,
        UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow,
        IgnoreReadOnlyProperties = true,
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
        WriteIndented = true,
        Converters = { new WordConverters(), new SpanConverter(), new ScheduleConverter(), new BandwidthConverter() },
    };

    public static string Write<T>(T value) => JsonSerializer.Serialize(value, Options);

    /// <exception cref="JsonException">With where and why.</exception>
    public static T Read<T>(string json) where T : class => JsonSerializer.Deserialize<T>(json, Options) ?? throw new JsonException("null");

    /// <summary>Who writes another word is told which there are.</summary>
    private sealed class WordConverters : JsonConverterFactory
    {
        public override bool CanConvert(Type typeToConvert) => typeToConvert.IsEnum;

        public override JsonConverter CreateConverter(Type typeToConvert, JsonSerializerOptions options) =>
            (JsonConverter)Activator.CreateInstance(typeof(WordConverter<>).MakeGenericType(typeToConvert))!;
    }

    private sealed class WordConverter<T> : JsonConverter<T> where T : struct, Enum
    {
        public override T Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options)
        {
            var word = reader.TokenType is JsonTokenType.String ? reader.GetString() : null;
            foreach (var value in Enum.GetValues<T>())
                if (value.ToText().Equals(word, StringComparison.OrdinalIgnoreCase)) return value;
            throw new JsonException(string.Join(", ", Enum.GetValues<T>().Select(v => v.ToText())));
        }

        public override void Write(Utf8JsonWriter writer, T value, JsonSerializerOptions options) => writer.WriteStringValue(value.ToText());
    }

    private sealed class SpanConverter : JsonConverter<TimeSpan>
    {
        public override TimeSpan Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
            reader.TokenType is JsonTokenType.String && TimeSpan.TryParseExact(reader.GetString(), "c", CultureInfo.InvariantCulture, out var span)
                ? span
                : throw new JsonException("[d.]hh:mm:ss");

        public override void Write(Utf8JsonWriter writer, TimeSpan value, JsonSerializerOptions options) => writer.WriteStringValue(value.ToString("c", CultureInfo.InvariantCulture));
    }

    private sealed class BandwidthConverter : JsonConverter<BandwidthLimit>
    {
        public override BandwidthLimit Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
            BandwidthLimit.Parse(reader.TokenType is JsonTokenType.String ? reader.GetString()! : throw new JsonException(BandwidthLimit.Expected), TimeZoneInfo.Utc.Id);

        public override void Write(Utf8JsonWriter writer, BandwidthLimit value, JsonSerializerOptions options) => writer.WriteStringValue(value.ToString());
    }

    private sealed class ScheduleConverter : JsonConverter<Schedule>
    {
        public override Schedule Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
            ScheduleText.Parse(reader.TokenType is JsonTokenType.String ? reader.GetString()! : throw new JsonException(ScheduleText.Expected), TimeZoneInfo.Utc.Id);

        public override void Write(Utf8JsonWriter writer, Schedule value, JsonSerializerOptions options) => writer.WriteStringValue(ScheduleText.Write(value));
    }
}
