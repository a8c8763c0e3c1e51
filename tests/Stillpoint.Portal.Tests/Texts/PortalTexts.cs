using System.Text.Json;
using Stillpoint.TestKit;

namespace Stillpoint.Portal.Tests.Texts;

internal static class PortalTexts
{
    public static readonly string[] Languages = ["en", "nl", "zh-Hans", "pt-BR", "fr"];

    public static IReadOnlyDictionary<string, string> Of(string language) =>
        JsonSerializer.Deserialize<Dictionary<string, string>>(File.ReadAllText(Repository.PathOf("portal", "src", "texts", language + ".json")))!;

    public static IEnumerable<(string File, string Text)> Sources => Directory.EnumerateFiles(Repository.PathOf("portal", "src"), "*.ts*", SearchOption.AllDirectories)
        .Where(f => !f.Contains("/generated/", StringComparison.Ordinal)).Order(StringComparer.Ordinal).Select(f => (Path.GetRelativePath(Repository.Root, f), File.ReadAllText(f)));
}
