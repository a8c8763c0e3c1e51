using System.Text.Json;
using System.Text.Json.Serialization;
using Stillpoint.Model;

namespace Stillpoint.Control.Catalog;

/// <summary>Failures as they stand in the catalog: codes and arguments in JSON, never words.</summary>
internal static class FailureText
{
    public static string? Write(Failure? failure) => failure is null ? null : JsonSerializer.Serialize(
        new StoredFailure(failure.Code.ToText(), failure.Stage.ToText(), failure.Arguments, failure.Evidence, failure.Retryable),
        FailureTextJson.Default.StoredFailure);

    public static Failure? Read(string? text)
    {
        if (text is null) return null;
        var stored = JsonSerializer.Deserialize(text, FailureTextJson.Default.StoredFailure)!;
        return new(Parse<FailureCode>(stored.Code), Parse<Stage>(stored.Stage), stored.Arguments, stored.Evidence, stored.Retryable);
    }

    /// <summary>Back from <see cref="KebabCase"/>.</summary>
    public static T Parse<T>(string text) where T : struct, Enum =>
        Enum.Parse<T>(text.Replace("-", "", StringComparison.Ordinal), ignoreCase: true);
}

internal sealed record StoredFailure(
    string Code, string Stage, IReadOnlyDictionary<string, string> Arguments, IReadOnlyList<Evidence> Evidence, bool Retryable);

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase)]
[JsonSerializable(typeof(StoredFailure))]
internal sealed partial class FailureTextJson : JsonSerializerContext;
