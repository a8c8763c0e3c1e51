using System.Text.Json;
using System.Text.Json.Serialization;
using Stillpoint.Model;

namespace Stillpoint.Control.Alerts;

/// <summary>An alert as it goes out: codes and arguments for programs, two lines for people in the language of whoever sends.</summary>
public sealed record AlertMessage(
    string Id, string Kind, string State, string Subject, string Name, IReadOnlyDictionary<string, string> Arguments, DateTimeOffset Raised, DateTimeOffset? Cleared, string Text)
{
    public static AlertMessage Of(Alert alert, Func<Alert, string> words) => new(
        alert.Id, alert.Condition.Kind.ToText(), alert.Cleared is null ? "raised" : "cleared", alert.Condition.Subject, alert.Condition.Name, alert.Condition.Arguments, alert.Raised,
        alert.Cleared, words(alert));

    internal byte[] ToBytes() => JsonSerializer.SerializeToUtf8Bytes(this, AlertJson.Default.AlertMessage);
}

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase)]
[JsonSerializable(typeof(AlertMessage))]
[JsonSerializable(typeof(IReadOnlyDictionary<string, string>))]
internal sealed partial class AlertJson : JsonSerializerContext;
