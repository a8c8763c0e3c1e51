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
        Converters = { new JsonStringEnumConverter(JsonNamingPolicy.KebabCaseLower, allowIntegerValues: false), new ScheduleConverter(), new BandwidthConverter() },
    };

    public static string Write<T>(T value) => JsonSerializer.Serialize(value, Options);

    /// <exception cref="JsonException">With where and why.</exception>
    public static T Read<T>(string json) where T : class => JsonSerializer.Deserialize<T>(json, Options) ?? throw new JsonException("null");

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
