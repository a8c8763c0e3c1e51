using Stillpoint.Contracts;
using Stillpoint.Control;
using Stillpoint.Control.Access;
using Stillpoint.Control.Alerts;
using Stillpoint.Model;
using Stillpoint.Server.Access;
using Stillpoint.Server.Http;

namespace Stillpoint.Server.Alerts;

/// <summary>What needs somebody's eye, and where it is told.</summary>
internal static class AlertEndpoints
{
    private const int MostRead = 10_000;

    public static void Map(RouteGroupBuilder api)
    {
        api.MapGet("/alerts", List).WithName("listAlerts").WithSummary("Newest first; by kind and VM, with all those that are over too").Needs(Role.Reader);
        api.MapPost("/alerts/{alert}/clear", Clear).WithName("clearAlert").WithSummary("It is told no more until its reason has been away").Needs(Role.Operator);
        api.MapGet("/alerts/settings", ShowWays).WithName("showAlertSettings").WithSummary("Where alerts go").Needs(Role.Admin, wholeOnly: true);
        api.MapPut("/alerts/settings", SetWays).WithName("putAlertSettings").WithSummary("All ways, in place of what was").Needs(Role.Admin, wholeOnly: true);
        api.MapPost("/alerts/test", TestAsync).WithName("testAlerts").WithSummary("One message by every way that is set").Needs(Role.Admin, wholeOnly: true);
    }

    private static Page<AlertView> List(
        bool? all, string? kind, string? vm, string? after, int? limit, StillpointControl control, Words words, HttpContext context)
    {
        var (count, caller) = (Requests.Limit(limit), context.Caller());
        AlertKind? only = kind is null ? null : Requests.Choice<AlertKind>("kind", kind);
        if (after is not null && !Ulid.TryParse(after, out _)) throw Requests.Invalid("after", "the next of the page before");
        var found = control.Alerts.List(all ?? false, MostRead)
            .Where(a => MaySee(caller, a) && (only is null || a.Condition.Kind == only) && (vm is null || a.Condition.Name == vm || a.Condition.Subject == vm));
        if (after is not null) found = found.SkipWhile(a => !a.Id.Equals(after, StringComparison.OrdinalIgnoreCase)).Skip(1);
        return Requests.PageOf([.. found.Take(count + 1).Select(a => ToView(a, words, context))], count, a => a.Id);
    }

    private static AlertView Clear(string alert, StillpointControl control, Words words, HttpContext context)
    {
        var open = control.Alerts.List(all: false, MostRead);
        // By its whole id, unless all are there to be told apart.
        var caller = context.Caller();
        var id = caller.SeesAll ? alert : open.FirstOrDefault(a => a.Id == alert && MaySee(caller, a))?.Id ?? throw new FailureException(FailureCode.AlertNotFound, Stage.Input, ("alert", alert));
        var cleared = control.Alerts.Clear(id);
        AuditTrail.TellTarget(context, $"{cleared.Condition.Kind.ToText()} {cleared.Condition.Name}");
        return ToView(cleared, words, context);
    }

    private static AlertWays ShowWays(StillpointControl control) => ToView(control.Settings.Alerts);

    /// <exception cref="FailureException">NotAllowed: the service would run a command, or read a file, that somebody chose over the network.</exception>
    private static AlertWays SetWays(AlertWays request, StillpointControl control, HttpContext context)
    {
        var (present, caller) = (control.Settings.Alerts, context.Caller());
        if (!caller.IsLocal && (request.Command != present.Command || request.WebhookSecretFile != present.WebhookSecretFile))
            throw Requests.Invalid(request.Command != present.Command ? "command" : "webhookSecretFile", "as it is; it is changed over the service's socket only");
        control.Settings.Alerts = new()
        {
            Command = request.Command, Webhook = Web("webhook", request.Webhook), WebhookSecretFile = request.WebhookSecretFile,
            Heartbeat = Web("heartbeat", request.Heartbeat), Smtp = request.Smtp, MailFrom = request.MailFrom, MailTo = request.MailTo,
        };
        return ToView(control.Settings.Alerts);
    }

    private static async Task<AlertSent> TestAsync(StillpointControl control, Words words, HttpContext context, CancellationToken ct)
    {
        await control.AlertWatch.TestAsync(a => TextOf(a, words, context), ct);
        return new(true);
    }

    private static Uri? Web(string field, string? text) =>
        text is null ? null : Uri.TryCreate(text, UriKind.Absolute, out var uri) ? uri : throw Requests.Invalid(field, "http://, https://");

    /// <summary>Of a VM for who sees the VM, of a vault for who sees all.</summary>
    private static bool MaySee(Caller caller, Alert alert) => caller.SeesAll || (Guid.TryParse(alert.Condition.Subject, out _) && caller.Sees(alert.Condition.Name));

    private static string TextOf(Alert a, Words words, HttpContext context) => words.Texts(context).Alert(a.Condition.Kind, a.Condition.Name, a.Condition.Arguments);

    private static AlertView ToView(Alert a, Words words, HttpContext context) => new(
        a.Id, a.Condition.Kind.ToText(), a.Condition.Subject, a.Condition.Name, a.Condition.Arguments, TextOf(a, words, context), a.Raised, a.Seen, a.Hushed, a.Cleared);

    private static AlertWays ToView(AlertSettings s) => new(
        s.Command, s.Webhook?.ToString(), s.WebhookSecretFile, s.Heartbeat?.ToString(), s.Smtp, s.MailFrom, s.MailTo);
}
