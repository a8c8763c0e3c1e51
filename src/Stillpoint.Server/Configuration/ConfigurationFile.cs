using System.Text.Json;
using Stillpoint.Model;

namespace Stillpoint.Server.Configuration;

/// <summary>One file, then the environment over it. What is unknown or does not fit is refused with its name: a typo must not become a default.</summary>
internal static class ConfigurationFile
{
    public const string DefaultPath = "/etc/stillpoint/stillpointd.json";

    private static readonly JsonDocumentOptions Json = new() { CommentHandling = JsonCommentHandling.Skip, AllowTrailingCommas = true };

    /// <param name="named">Null: the default one, if it is there.</param>
    /// <exception cref="FailureException">ConfigUnreadable, ConfigUnknownKey, ConfigInvalid.</exception>
    public static ServerOptions Read(string? named, IReadOnlyDictionary<string, string> environment)
    {
        var options = new ServerOptions();
        foreach (var (name, value) in FromFile(named)) options = Set(options, ServerOptions.Keys.FirstOrDefault(k => k.Name == name), name, value);
        foreach (var (name, value) in environment.Where(e => e.Key.StartsWith(OptionKey.Prefix, StringComparison.Ordinal)).OrderBy(e => e.Key, StringComparer.Ordinal))
            options = Set(options, ServerOptions.Keys.FirstOrDefault(k => k.Variable == name), name, value);
        if (options.Certificate is null != options.CertificateKey is null)
        {
            var missing = options.Certificate is null ? "certificate" : "certificateKey";
            throw new FailureException(FailureCode.ConfigInvalid, Stage.Input, ("key", missing), ("expected", ServerOptions.Keys.First(k => k.Name == missing).Expected));
        }
        return options;
    }

    private static ServerOptions Set(ServerOptions options, OptionKey? key, string name, string value)
    {
        if (key is null)
        {
            var all = string.Join(", ", ServerOptions.Keys.Select(k => name.StartsWith(OptionKey.Prefix, StringComparison.Ordinal) ? k.Variable : k.Name));
            throw new FailureException(FailureCode.ConfigUnknownKey, Stage.Input, ("key", name), ("expected", all));
        }
        return key.Set(options, value) ??
            throw new FailureException(FailureCode.ConfigInvalid, Stage.Input, ("key", name), ("value", value), ("expected", key.Expected));
    }

    private static List<(string Name, string Value)> FromFile(string? named)
    {
        var path = named ?? DefaultPath;
        var values = new List<(string, string)>();
        if (named is null && !File.Exists(path)) return values;
        try
        {
            using var document = JsonDocument.Parse(File.ReadAllBytes(path), Json);
            if (document.RootElement.ValueKind is not JsonValueKind.Object) throw Unreadable(path, $"it is {document.RootElement.ValueKind}");
            foreach (var property in document.RootElement.EnumerateObject())
            {
                if (values.Exists(v => v.Item1 == property.Name)) throw Unreadable(path, $"{property.Name} is there twice");
                values.Add((property.Name, TextOf(property.Value)));
            }
            return values;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or JsonException)
        {
            throw Unreadable(path, e.Message, e);
        }
    }

    /// <summary>A list is its items with commas; what is neither text, number nor list fits no key and is refused by it.</summary>
    private static string TextOf(JsonElement value) => value.ValueKind switch
    {
        JsonValueKind.String => value.GetString()!,
        JsonValueKind.Array => string.Join(',', value.EnumerateArray().Select(TextOf)),
        _ => value.GetRawText(),
    };

    private static FailureException Unreadable(string path, string why, Exception? inner = null) =>
        new(Failure.Of(FailureCode.ConfigUnreadable, Stage.Input, ("path", path)).With(new(path, why)), inner);
}
