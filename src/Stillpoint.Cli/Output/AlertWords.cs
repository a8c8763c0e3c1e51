using Stillpoint.Control.Alerts;
using Stillpoint.Model;
using Stillpoint.Texts;

namespace Stillpoint.Cli.Output;

/// <summary>An alert in the reader's language.</summary>
internal static class AlertWords
{
    public static string Of(Alert alert, LocalTexts texts)
    {
        var c = alert.Condition;
        var values = new List<(string, string)> { ("name", c.Name) };
        foreach (var (name, value) in c.Arguments)
        {
            values.Add(name switch
            {
                "consistency" or "wanted" => (name, texts.Of("consistency." + value)),
                _ => (name, value),
            });
        }
        return texts.Of("alert." + c.Kind.ToText(), [.. values]);
    }
}
