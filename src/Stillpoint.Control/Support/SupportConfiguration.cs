using System.Text.Json;

namespace Stillpoint.Control.Support;

/// <summary>The service's configuration file, for whoever is not the service: what its known keys say. Of a key that nobody knows the value may be anything, and is left out.</summary>
public static class SupportConfiguration
{
    public const string DefaultPath = "/etc/stillpoint/stillpointd.json";

    private static readonly HashSet<string> Known =
    [
        "data", "host", "vault", "passphraseFile", "listen", "certificate", "certificateKey", "restoreFolders", "schedule", "jobsAtOnce", "sessionMinutes",
        "bundleMegabytes", "logLevel",
    ];

    public static IReadOnlyDictionary<string, string> OfFile(string path)
    {
        var values = new Dictionary<string, string>(StringComparer.Ordinal) { ["file"] = path };
        try
        {
            using var document = JsonDocument.Parse(File.ReadAllBytes(path), new() { CommentHandling = JsonCommentHandling.Skip, AllowTrailingCommas = true });
            if (document.RootElement.ValueKind is JsonValueKind.Object)
                foreach (var key in document.RootElement.EnumerateObject()) values[key.Name] = Known.Contains(key.Name) ? key.Value.ToString() : "[left out]";
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or JsonException)
        {
            // The parser's own words quote what it read.
            values["notRead"] = e is JsonException ? "no JSON" : e.Message;
        }
        return values;
    }
}
