using Stillpoint.Cli.Grammar;
using Stillpoint.Cli.Output;
using Stillpoint.Cli.Service;
using Stillpoint.Cli.Session;
using Stillpoint.Contracts;
using Stillpoint.Control.Alerts;
using Stillpoint.Model;

namespace Stillpoint.Cli.Verbs;

internal static class AlertVerbs
{
    private const string None = "none";
    private const int Most = 1000;

    public static async Task<int> ListAsync(Invocation call, CancellationToken ct)
    {
        var all = call.Line.Has("all");
        var alerts = await call.AskAsync(
            c => c.Alerts.List(all, Most), async s => [.. (await s.Alerts.ListAsync(ct, all, limit: Most)).Items.Select(a => a.ToAlert())], ct);
        call.Show(() => new([.. alerts.Select(a => ToJson(a, call))]), JsonDocuments.Shapes.AlertsJson, () =>
        {
            if (alerts.Count == 0) call.Say(call.Texts.Of("alert.none"));
            foreach (var a in alerts)
                call.Say($"{a.Id}  {call.Time(a.Raised)}  {AlertWords.Of(a, call.Texts)}{(a.IsOpen ? "" : "  " + call.Texts.Of("alert.over"))}");
        });
        return ExitCode.Done;
    }

    public static async Task<int> ClearAsync(Invocation call, CancellationToken ct)
    {
        var asked = call.Line.Argument!;
        var alert = await call.AskAsync(c => c.Alerts.Clear(asked), async s => (await s.Alerts.ClearAsync(asked, ct)).ToAlert(), ct);
        call.Show(() => ToJson(alert, call), JsonDocuments.Shapes.AlertJson, () => call.Say(call.Texts.Of("alert.cleared")));
        return ExitCode.Done;
    }

    /// <summary>Shows, and with options changes, where alerts go.</summary>
    public static async Task<int> SettingsAsync(Invocation call, CancellationToken ct)
    {
        var line = call.Line;
        var s = await call.AskAsync(c => c.Settings.Alerts, async service => SettingsOf(await service.Alerts.WaysAsync(ct)), ct);
        if (line.Options.Keys.Any(line.Command.Options.Select(o => o.Name).Contains))
        {
            s = s with
            {
                Command = Text("command", s.Command), Webhook = Web("webhook", s.Webhook), WebhookSecretFile = Text("webhook-secret-file", s.WebhookSecretFile),
                Heartbeat = Web("heartbeat", s.Heartbeat), Smtp = Text("smtp", s.Smtp), MailFrom = Text("mail-from", s.MailFrom), MailTo = Text("mail-to", s.MailTo),
            };
            var ways = new AlertWays(s.Command, s.Webhook?.ToString(), s.WebhookSecretFile, s.Heartbeat?.ToString(), s.Smtp, s.MailFrom, s.MailTo);
            s = await call.AskAsync(c => c.Settings.Alerts = s, async service => SettingsOf(await service.Alerts.SetWaysAsync(ways, ct)), ct);
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
        return ExitCode.Done;

        string? Text(string option, string? present) => line.Value(option) switch { null => present, None => null, var text => text };

        Uri? Web(string option, Uri? present) =>
            Text(option, present?.ToString()) is not { } text ? null : Uri.TryCreate(text, UriKind.Absolute, out var uri) ? uri : throw CommandLine.Invalid(option, text, "http://, https://");
    }

    public static async Task<int> TestAsync(Invocation call, CancellationToken ct)
    {
        await call.AskAsync(
            Concern.Catalog,
            async c =>
            {
                await c.AlertWatch.TestAsync(a => AlertWords.Of(a, call.Texts), ct);
                return true;
            },
            async s => (await s.Alerts.TestAsync(ct)).Sent, ct);
        call.Show(() => new(true), JsonDocuments.Shapes.AlertSentJson, () => call.Say(call.Texts.Of("alert.sent")));
        return ExitCode.Done;
    }

    private static AlertSettings SettingsOf(AlertWays w) => new()
    {
        Command = w.Command, Webhook = UriOf(w.Webhook), WebhookSecretFile = w.WebhookSecretFile, Heartbeat = UriOf(w.Heartbeat), Smtp = w.Smtp, MailFrom = w.MailFrom,
        MailTo = w.MailTo,
    };

    private static Uri? UriOf(string? text) => text is null ? null : new(text);

    private static AlertJson ToJson(Alert a, Invocation call) => new(
        a.Id, a.Condition.Kind.ToText(), a.Condition.Subject, a.Condition.Name, a.Condition.Arguments, AlertWords.Of(a, call.Texts), a.Raised, a.Seen, a.Hushed, a.Cleared);
}
