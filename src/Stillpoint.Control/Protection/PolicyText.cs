using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;
using System.Text.Json.Serialization.Metadata;
using Stillpoint.Model;

namespace Stillpoint.Control.Protection;

/// <summary>
/// A policy as JSON: in the catalog, in files, over the API. Every member may be left out and then has its default; a member that is not known is refused, since
/// a promise that is not understood must not look kept. Times are <c>[d.]hh:mm:ss</c>, schedules one line each.
/// </summary>
public static class PolicyText
{
    // By reflection: generated code would not give a member that is left out its default.
    private static readonly JsonSerializerOptions Options = new()
    {
        TypeInfoResolver = new DefaultJsonTypeInfoResolver(),
        PropertyNamingPolicy = JsonNamingPolicy.CamelCase,
        UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow,
        IgnoreReadOnlyProperties = true,
        DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
        WriteIndented = true,
        Converters = { new JsonStringEnumConverter(JsonNamingPolicy.KebabCaseLower, allowIntegerValues: false), new ScheduleConverter() },
    };

    public static string Write(Policy policy) => JsonSerializer.Serialize(policy, Options);

    /// <param name="source">What is named when it cannot be read: a file.</param>
    /// <exception cref="FailureException">PolicyUnreadable, with where and why; UsageInvalid: a value out of range.</exception>
    public static Policy Read(string json, string source = "policy")
    {
        try
        {
            return JsonSerializer.Deserialize<Policy>(json, Options) is { Name: not null, Schedules: not null, Capture: not null, Retention: not null } policy
                ? policy
                : throw new JsonException("name, schedules, capture and retention cannot be null");
        }
        catch (JsonException e)
        {
            throw new FailureException(Failure.Of(FailureCode.PolicyUnreadable, Stage.Input, ("path", source)).With(new(e.Path ?? source, e.Message)), e);
        }
    }

    private sealed class ScheduleConverter : JsonConverter<Schedule>
    {
        public override Schedule Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
            ScheduleText.Parse(reader.TokenType is JsonTokenType.String ? reader.GetString()! : throw new JsonException(ScheduleText.Expected), TimeZoneInfo.Utc.Id);

        public override void Write(Utf8JsonWriter writer, Schedule value, JsonSerializerOptions options) => writer.WriteStringValue(ScheduleText.Write(value));
    }
}
