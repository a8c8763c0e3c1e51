using System.Text.Json;

namespace Stillpoint.Extension.Handler;

/// <summary>Where the agent keeps what it tells this handler, and what it is told: from HandlerEnvironment.json, else the usual folders.</summary>
/// <param name="Keys">The agent's folder, where certificates and keys of protected settings are.</param>
internal sealed record HandlerFolders(string Home, string Config, string Status, string Keys)
{
    public string SettingsOf(string sequence) => Path.Combine(Config, sequence + ".settings");

    public string StatusOf(string sequence) => Path.Combine(Status, sequence + ".status");

    public static HandlerFolders Of(string home)
    {
        home = Path.GetFullPath(home);
        var usual = new HandlerFolders(home, Path.Combine(home, "config"), Path.Combine(home, "status"), Path.GetDirectoryName(home)!);
        var file = Path.Combine(home, "HandlerEnvironment.json");
        if (!File.Exists(file)) return usual;
        using var document = JsonDocument.Parse(File.ReadAllBytes(file));
        if (document.RootElement is not { ValueKind: JsonValueKind.Array } list || list.GetArrayLength() == 0) return usual;
        if (!list[0].TryGetProperty("handlerEnvironment", out var told)) return usual;
        return usual with { Config = Folder(told, "configFolder", usual.Config), Status = Folder(told, "statusFolder", usual.Status) };
    }

    private static string Folder(JsonElement told, string name, string otherwise) =>
        told.TryGetProperty(name, out var value) && value.ValueKind is JsonValueKind.String && value.GetString() is { Length: > 0 } folder ? folder : otherwise;
}
