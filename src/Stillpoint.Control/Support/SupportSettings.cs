using System.Text.Json.Nodes;
using Stillpoint.Control.Protection;

namespace Stillpoint.Control.Support;

/// <summary>How this place is set up: of what may hold a secret, only that it is there.</summary>
internal static class SupportSettings
{
    private static readonly string[] Tables =
    [
        "host", "vault", "vm", "job", "sub_task", "warning", "point", "job_fact", "job_script", "policy", "protect_rule", "protected_vm", "rule_exception", "app_user",
        "access_key", "audit", "request_key", "run_claim", "alert", "vault_space",
    ];

    public static JsonObject Configuration(SupportOrder order)
    {
        var values = new JsonObject();
        foreach (var (key, value) in order.Configuration.OrderBy(c => c.Key, StringComparer.Ordinal)) values[key] = value;
        // Their values may be anything.
        var variables = Environment.GetEnvironmentVariables().Keys.Cast<string>().Where(v => v.StartsWith("STILLPOINT", StringComparison.Ordinal)).Order(StringComparer.Ordinal);
        return new() { ["values"] = values, ["variablesSet"] = new JsonArray([.. variables.Select(v => JsonValue.Create(v))]) };
    }

    public static JsonObject Of(StillpointControl control, string? vm)
    {
        var (plan, alerts) = (control.Settings.Scheduler, control.Settings.Alerts);
        var vms = control.Protection.List().Where(v => vm is null || v.Name == vm || v.Id.ToString() == vm);
        return new()
        {
            ["plan"] = new JsonObject
            {
                ["perHost"] = plan.PerHost, ["perStorage"] = plan.PerStorage, ["perVault"] = plan.PerVault, ["gc"] = plan.Gc?.ToString(), ["verify"] = plan.Verify?.ToString(),
                ["verifyMinutes"] = plan.VerifyMinutes,
            },
            // A command's words and an address's path may hold a key.
            ["alerts"] = new JsonObject
            {
                ["command"] = alerts.Command is not null, ["webhook"] = alerts.Webhook?.Host, ["webhookSecretFile"] = alerts.WebhookSecretFile is not null,
                ["heartbeat"] = alerts.Heartbeat?.Host, ["smtp"] = alerts.Smtp is not null, ["mailFrom"] = alerts.MailFrom is not null, ["mailTo"] = alerts.MailTo is not null,
            },
            ["policies"] = new JsonArray([.. control.Policies.List().Select(p => JsonNode.Parse(PolicyText.Write(p.Policy)))]),
            ["rules"] = new JsonArray([.. control.Protection.Rules.Select(r => new JsonObject
            {
                ["name"] = r.Name, ["policy"] = r.Policy, ["match"] = r.Pattern, ["metadata"] = r.Metadata, ["host"] = r.Host,
            })]),
            ["protectedVms"] = new JsonArray([.. vms.Select(v => new JsonObject
            {
                ["name"] = v.Name, ["id"] = v.Id.ToString(), ["host"] = v.Host, ["policy"] = v.Policy, ["rule"] = v.Rule, ["since"] = v.Since, ["gone"] = v.Orphaned,
            })]),
            ["vaults"] = new JsonArray([.. control.Places.VaultPaths.Select(v => new JsonObject { ["id"] = v.Key.ToString("D"), ["path"] = v.Value, ["chosen"] = v.Value == control.Places.DefaultVault })]),
            ["hosts"] = new JsonArray([.. control.Places.Hosts.Select(h => new JsonObject { ["uri"] = h.Uri, ["lastUsed"] = h.LastUsed, ["registered"] = h.Registered })]),
        };
    }

    /// <summary>Its shape: rows are counted, not told.</summary>
    public static JsonObject Catalog(StillpointControl control)
    {
        var rows = new JsonObject();
        foreach (var table in Tables) rows[table] = control.Database.Query($"select count(*) from {table}", r => r.GetInt64(0)).Single();
        return new()
        {
            ["bytes"] = new FileInfo(control.Folder.Catalog).Length,
            ["check"] = string.Join("; ", control.Database.Query("pragma quick_check(5)", r => r.GetString(0))),
            ["rows"] = rows,
        };
    }
}
