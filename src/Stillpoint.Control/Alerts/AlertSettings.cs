using Stillpoint.Model;

namespace Stillpoint.Control.Alerts;

/// <summary>Where alerts go. Each may be left out; secrets lie in files of their own, which only their owner can read.</summary>
public sealed record AlertSettings
{
    /// <summary>Run by <c>/bin/sh -c</c>, with the alert as JSON on its standard input.</summary>
    public string? Command { get; init; }

    /// <summary>Gets each alert as JSON by POST.</summary>
    public Uri? Webhook { get; init; }

    /// <summary>Its first line signs what is sent: <c>X-Stillpoint-Signature: sha256=HMAC</c> over time stamp, full stop and body.</summary>
    public string? WebhookSecretFile { get; init; }

    /// <summary>Asked for after each look that went well: who watches it misses it when this service is dead.</summary>
    public Uri? Heartbeat { get; init; }

    /// <summary><c>HOST</c> or <c>HOST:PORT</c> of a mail server that takes mail from here without sign-in or TLS: one on this host or its network.</summary>
    public string? Smtp { get; init; }

    public string? MailFrom { get; init; }

    public string? MailTo { get; init; }

    /// <summary>Null, or what is wrong.</summary>
    public Failure? Validate()
    {
        if (!IsWeb(Webhook)) return Invalid("webhook", $"{Webhook}", "http://, https://");
        if (!IsWeb(Heartbeat)) return Invalid("heartbeat", $"{Heartbeat}", "http://, https://");
        if (WebhookSecretFile is not null && !Path.IsPathFullyQualified(WebhookSecretFile)) return Invalid("webhook-secret-file", WebhookSecretFile, "/...");
        if (Smtp is not null && (MailFrom is null || MailTo is null)) return Invalid("smtp", Smtp, "--mail-from, --mail-to");
        if (Smtp is not null && SmtpPort is null) return Invalid("smtp", Smtp, "HOST[:1-65535]");
        foreach (var (key, address) in new[] { ("mail-from", MailFrom), ("mail-to", MailTo) })
        {
            if (address is not null && !System.Net.Mail.MailAddress.TryCreate(address, out _)) return Invalid(key, address, "NAME@HOST");
        }
        return null;
    }

    internal string SmtpHost => Smtp!.Split(':')[0];

    /// <summary>Null: it is no port.</summary>
    internal int? SmtpPort => Smtp!.Split(':') switch
    {
        [_] => 25,
        [_, var text] when ushort.TryParse(text, System.Globalization.CultureInfo.InvariantCulture, out var port) && port > 0 => port,
        _ => null,
    };

    private static bool IsWeb(Uri? uri) => uri is null || (uri.IsAbsoluteUri && uri.Scheme is "http" or "https");

    private static Failure Invalid(string key, string value, string expected) =>
        Failure.Of(FailureCode.UsageInvalid, Stage.Input, ("option", key), ("value", value), ("expected", expected));
}
