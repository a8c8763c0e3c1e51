using Stillpoint.Control.Alerts;
using Stillpoint.Texts;

namespace Stillpoint.Cli.Output;

/// <summary>An alert in the reader's language.</summary>
internal static class AlertWords
{
    public static string Of(Alert alert, LocalTexts texts) => texts.Alert(alert.Condition.Kind, alert.Condition.Name, alert.Condition.Arguments);
}
