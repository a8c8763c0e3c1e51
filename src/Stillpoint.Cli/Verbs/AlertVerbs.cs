using Stillpoint.Cli.Grammar;
using Stillpoint.Cli.Output;
using Stillpoint.Cli.Session;
using Stillpoint.Control.Alerts;
using Stillpoint.Model;

namespace Stillpoint.Cli.Verbs;

internal static class AlertVerbs
{
    private const string None = "none";

    public static Task<int> ListAsync(Invocation call, CancellationToken ct)
    {
        var alerts = call.Control.Alerts.List(call.Line.Has("all"));
        call.Show(() => new([.. alerts.Select(a => ToJson(a, call))]), JsonDocuments.Shapes.AlertsJson, () =>
        {
            if (alerts.Count == 0) call.Say(call.Texts.Of("alert.none"));
            foreach (var a in alerts)
                call.Say($"{a.Id}  {call.Time(a.Raised)}  {AlertWords.Of(a, call.Texts)}{(a.IsOpen ? "" : "  " + call.Texts.Of("alert.over"))}");
        });
        return Task.FromResult(ExitCode.Done);
    }

    public static Task<int> ClearAsync(Invocation call, CancellationToken ct)
    {
        var alert = call.Control.Alerts.Clear(call.Line.Argument!);
        call.Show(() => ToJson(alert, call), JsonDocuments.Shapes.AlertJson, () => call.Say(call.Texts.Of("alert.cleared")));
        return Task.FromResult(ExitCode.Done);
    }

    /// <summary>Shows, and with options changes, where alerts go.</summary>
    public static Task<int> SettingsAsync(Invocation call, CancellationToken ct)
    {
        var line = call.Line;
        var s = call.Control.Settings.Alerts;
        if (line.Options.Keys.Any(line.Command.Options.Select(o => o.Name).Contains))
        {
            s = s with
            {
                Command = Text("command", s.Command), Webhook = Web("webhook", s.Webhook), WebhookSecretFile = Text("webhook-secret-file", s.WebhookSecretFile),
                Heartbeat = Web("heartbeat", s.Heartbeat), Smtp = Text("smtp", s.Smtp), MailFrom = Text("mail-from", s.MailFrom), MailTo = Text("mail-to", s.MailTo),
            };
            call.Control.Settings.Alerts = s;
        }
        call.Show(
            () => new(s.Command, s.Webhook?.ToString(), s.WebhookSecretFile, s.Heartbeat?.ToString(), s.Smtp, s.MailFrom, s.MailTo), JsonDocuments.Shapes.AlertSettingsJson, () =>
            {
                foreach (var (name, value) in new[]
                {
                    ("--command", s.Command), ("--webhook", s.Webhook?.ToString()), ("--webhook-secret-file", s.WebhookSecretFile), ("--heartbeat", s.Heartbeat?.ToString()),
                    ("--smtp", s.Smtp), ("--mail-from", s.MailFrom), ("--mail-to", s.MailTo),
                }) call.Say($"{name} {value ?? None}");
            });
        return Task.FromResult(ExitCode.Done);

        string? Text(string option, string? present) => line.Value(option) switch { null => present, None => null, var text => text };

        Uri? Web(string option, Uri? present) =>
            Text(option, present?.ToString()) is not { } text ? null : Uri.TryCreate(text, UriKind.Absolute, out var uri) ? uri : throw CommandLine.Invalid(option, text, "http://, https://");
    }

    public static async Task<int> TestAsync(Invocation call, CancellationToken ct)
    {
        await call.Control.AlertWatch.TestAsync(a => AlertWords.Of(a, call.Texts), ct);
        call.Show(() => new(true), JsonDocuments.Shapes.AlertSentJson, () => call.Say(call.Texts.Of("alert.sent")));
        return ExitCode.Done;
    }

    private static AlertJson ToJson(Alert a, Invocation call) => new(
        a.Id, a.Condition.Kind.ToText(), a.Condition.Subject, a.Condition.Name, a.Condition.Arguments, AlertWords.Of(a, call.Texts), a.Raised, a.Seen, a.Hushed, a.Cleared);
}
